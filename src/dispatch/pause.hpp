// A request's waiting between its attempts.
#pragma once

#include <functional>
#include <memory>

#include "base/error.hpp"
#include "net/event.hpp"

namespace tollway::dispatch {

// For a time, or for its turn. Belongs to one loop's thread, but for what waker() returns.
class Pause {
 public:
  explicit Pause(net::Loop& loop) noexcept : loop_(loop) {}

  // Ends the wait under way, or the next one. It may be called by any thread, and outlive this.
  [[nodiscard]] std::function<void()> waker();
  // The error is the abort's.
  [[nodiscard]] net::Task<Result<>> until(net::TimePoint time, net::Abort& abort);

 private:
  [[nodiscard]] const std::shared_ptr<net::Event>& event();

  net::Loop& loop_;
  std::shared_ptr<net::Event> event_;  // null: nobody has waited
};

}  // namespace tollway::dispatch
