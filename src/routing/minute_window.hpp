// How much of something there was within any minute, and whether there may be more.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>

#include "routing/clock.hpp"

namespace tollway::routing {

// At most `limit` in any 60 seconds, however the other side counts: in fixed minutes, in sliding
// ones, or by a bucket that fills at `limit` a minute. Counted in slots of a second, of which 61
// count, so that the way to the provider may take a second more or less. Shared by all threads;
// nothing in it waits, and no two threads together get more than there is.
class MinuteWindow {
 public:
  explicit MinuteWindow(std::int64_t limit = 0) noexcept : limit_(limit) {}  // 0: no limit

  struct Taken {
    std::int64_t second = 0;
    std::int64_t amount = 0;
    std::int64_t by_word = 0;  // of what the provider said is left
  };
  // All or nothing; else when it may be asked for again. What is more than the limit goes when
  // nothing else is in the window.
  [[nodiscard]] std::expected<Taken, TimePoint> take(std::int64_t amount, TimePoint now) noexcept;
  // The whole `amount` was not used for anything.
  void give_back(const Taken& taken, std::int64_t amount, TimePoint now) noexcept;
  // It has turned out to be `used`.
  void correct(const Taken& taken, std::int64_t used, TimePoint now) noexcept;

  // A moment in what was taken, by the side that counts: what has been taken up to it.
  [[nodiscard]] std::int64_t taken() const noexcept { return taken_.load(); }
  // What the provider says: it allows `limit` (0: does not say), of which `remaining` are left
  // until `reset`. `uncounted` is what it may not have counted of what was taken up to `taken`;
  // what was taken later it has not. The newest word holds, as more may be left than before; an
  // older one that comes late knows less, and so leaves less.
  struct Word {
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::int64_t uncounted = 0;
    std::int64_t taken = 0;
    TimePoint reset;
  };
  void learn(const Word& word, TimePoint now) noexcept;
  // Nothing may be taken until then, whatever is said meanwhile.
  void close_until(TimePoint time) noexcept;

  // Share of what may be taken in a minute that is left, 0 to 1; 1 where there is no limit.
  [[nodiscard]] float share_left(TimePoint now) noexcept;
  void set_limit(std::int64_t limit) noexcept { limit_.store(limit, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t limit() const noexcept {
    return limit_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::int64_t counted_seconds = 61;
  static constexpr std::size_t slot_count = 64;
  // A second and what was taken in it, in one number that changes as one.
  struct Slot;

  void add(std::int64_t second, std::int64_t amount) noexcept;
  void expire(std::int64_t second) noexcept;
  [[nodiscard]] TimePoint when_free(std::int64_t amount, std::int64_t second) const noexcept;

  std::atomic<std::int64_t> limit_;
  std::atomic<std::int64_t> total_{0};       // of all slots
  std::atomic<std::int64_t> left_{0};        // by the provider's word
  std::atomic<std::int64_t> left_until_{0};  // nanoseconds; until then `left_` counts
  std::atomic<std::int64_t> closed_until_{0};
  std::atomic<std::int64_t> taken_{0};                          // ever
  std::array<std::atomic<std::uint64_t>, slot_count> slots_{};  // behind what every decision reads
};

}  // namespace tollway::routing
