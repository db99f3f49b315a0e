// Two attempts of a request at once, of which the first to bring something wins.
#pragma once

#include <array>
#include <optional>

#include "gateway/attempt.hpp"
#include "net/abort.hpp"
#include "net/event.hpp"

namespace tollway::gateway {

struct Request;

// Both run as tasks of their own; whoever holds the race waits until both have ended. An attempt
// that is out while the other one goes on is settled at once, and the other one is the request's.
class Race {
 public:
  explicit Race(Request& request);
  // None is running any more.
  ~Race();
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  void enter(Attempt& attempt);
  void leave(Attempt& attempt, Result<bool> result);
  // What the attempt waits with: fired for the loser, and for both with the request's.
  [[nodiscard]] net::Abort& abort_of(const Attempt& attempt) noexcept;

  // Something of the attempt's answer is to go out: the other one is called off, and has ended when
  // this returns. An error where it was called off itself.
  [[nodiscard]] net::Task<Result<>> win(Attempt& attempt);
  [[nodiscard]] bool is_decided() const noexcept { return winner_ != nullptr; }
  [[nodiscard]] bool has_lost(const Attempt& attempt) const noexcept {
    return winner_ != nullptr && winner_ != &attempt;
  }

  // Until nobody is running or until then; false: it is then.
  [[nodiscard]] net::Task<bool> wait_for_all(net::TimePoint until);
  // Both; for when the holder cannot go on.
  void call_off(const Error& reason);
  // The winner's; else an error, where one of them ended with one; else false.
  [[nodiscard]] Result<bool> result() const;

 private:
  struct Runner {
    Attempt* attempt = nullptr;
    net::Abort abort;
    bool running = false;
    std::optional<Result<bool>> result;
  };
  static void on_abort(void* self);
  [[nodiscard]] Runner& runner(const Attempt& attempt) noexcept {
    return runners_[runners_.front().attempt == &attempt ? 0 : 1];
  }
  [[nodiscard]] Runner& other(const Attempt& attempt) noexcept {
    return runners_[runners_.front().attempt == &attempt ? 1 : 0];
  }

  Request& request_;
  net::Abort::Hook hook_;
  std::array<Runner, 2> runners_;
  Attempt* winner_ = nullptr;
  net::Event ended_;  // one of them has; for the holder
  net::Event lost_;   // for the winner
};

// Before anything of the attempt's answer goes out: nobody else writes to the client or will. An
// error where another attempt was faster.
[[nodiscard]] net::Task<Result<>> take_client(Request& request, Attempt& attempt);
// Whether that takes time.
[[nodiscard]] bool must_take_client(const Request& request, const Attempt& attempt) noexcept;

}  // namespace tollway::gateway
