// What a provider, model or key may be asked, counted before it has to refuse.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>

#include "routing/clock.hpp"
#include "routing/limit_words.hpp"
#include "routing/minute_window.hpp"

namespace tollway::routing {

struct Limits {
  std::int64_t requests_a_minute = 0;  // 0: no limit
  std::int64_t tokens_a_minute = 0;
  std::int64_t concurrent = 0;

  [[nodiscard]] bool any() const noexcept {
    return requests_a_minute > 0 || tokens_a_minute > 0 || concurrent > 0;
  }
};

// All three limits of one provider, model or key. Shared by all threads; nothing in it waits.
class Limiter {
 public:
  explicit Limiter(const Limits& limits = {}) noexcept
      : requests_(limits.requests_a_minute),
        tokens_(limits.tokens_a_minute),
        concurrent_(limits.concurrent) {}

  // Of the limit that is nearest, 0 to 1.
  [[nodiscard]] float share_left(TimePoint now) noexcept;
  // How many stand in line for it (line.hpp); one more, or one less.
  [[nodiscard]] std::int32_t waiting() const noexcept { return waiting_.load(); }
  void waits(std::int32_t more) noexcept { waiting_.fetch_add(more); }
  // Others than before hold from now on.
  void set_limits(const Limits& limits) noexcept {
    requests_.set_limit(limits.requests_a_minute);
    tokens_.set_limit(limits.tokens_a_minute);
    concurrent_.store(limits.concurrent, std::memory_order_relaxed);
  }

  // Of a request under way.
  struct Entry {
    MinuteWindow::Taken requests;
    MinuteWindow::Taken tokens;
    std::int64_t tokens_under_way = 0;
    // When it entered: what others had under way, of which its answer may know nothing, and what
    // had been taken.
    struct Mark {
      std::int64_t others = 0;
      std::int64_t taken = 0;
    };
    Mark requests_then;
    Mark tokens_then;
  };
  // Nothing is taken unless all can be. `tokens` is an estimate of prompt and answer. The error is
  // when to ask again: `now` where too many are under way, as nobody knows when one ends.
  [[nodiscard]] std::expected<Entry, TimePoint> enter(std::int64_t tokens, TimePoint now) noexcept;
  // Follows each enter() that let one go: what was not sent is as if it had not been asked.
  void give_back(const Entry& entry, TimePoint now) noexcept;
  // `used` as the provider counted.
  void leave(const Entry& entry, std::int64_t used, TimePoint now) noexcept;

  // What an answer says, before its leave(): see MinuteWindow::learn(). What entered before it and
  // had ended by then is counted, as is the one whose answer says so.
  void learn(const LimitWords& words, const Entry& entry, TimePoint now) noexcept;
  // The provider wants to be left alone until then.
  void close_until(TimePoint time) noexcept { requests_.close_until(time); }

 private:
  MinuteWindow requests_;
  MinuteWindow tokens_;
  std::atomic<std::int64_t> concurrent_;
  std::atomic<std::int64_t> under_way_{0};
  std::atomic<std::int64_t> tokens_under_way_{0};
  std::atomic<std::int32_t> waiting_{0};
};

}  // namespace tollway::routing
