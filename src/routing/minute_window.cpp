#include "routing/minute_window.hpp"

#include <algorithm>

namespace tollway::routing {
namespace {

using std::memory_order_relaxed;

constexpr std::int64_t a_second = 1'000'000'000;
constexpr unsigned amount_bits = 34;
constexpr std::int64_t second_mask = (std::int64_t{1} << (64 - amount_bits)) - 1;  // 34 years
constexpr std::int64_t amount_max = (std::int64_t{1} << amount_bits) - 1;

// The later of two times holds.
void raise(std::atomic<std::int64_t>& until, TimePoint time) noexcept {
  auto there = until.load(memory_order_relaxed);
  while (there < nanoseconds(time) &&
         !until.compare_exchange_weak(there, nanoseconds(time), memory_order_relaxed)) {
  }
}

}  // namespace

struct MinuteWindow::Slot {
  std::int64_t second;  // its lower bits
  std::int64_t amount;

  static Slot of(std::uint64_t bits) noexcept {
    return {.second = static_cast<std::int64_t>(bits >> amount_bits),
            .amount = static_cast<std::int64_t>(bits) & amount_max};
  }
  [[nodiscard]] std::uint64_t bits() const noexcept {
    return static_cast<std::uint64_t>(second) << amount_bits | static_cast<std::uint64_t>(amount);
  }
  static std::int64_t shortened(std::int64_t second) noexcept { return second & second_mask; }
  // By how many seconds it is before another.
  [[nodiscard]] std::int64_t age(std::int64_t other) const noexcept {
    return shortened(other - second);
  }
  [[nodiscard]] bool is_before(std::int64_t other) const noexcept {
    return age(other) != 0 && age(other) <= second_mask / 2;
  }
};

std::expected<MinuteWindow::Taken, TimePoint> MinuteWindow::take(std::int64_t amount,
                                                                 TimePoint now) noexcept {
  const std::int64_t second = nanoseconds(now) / a_second;
  amount = std::clamp<std::int64_t>(amount, 0, amount_max);
  const auto closed = closed_until_.load(memory_order_relaxed);
  if (closed > nanoseconds(now)) return std::unexpected(TimePoint(Duration(closed)));
  taken_.fetch_add(amount);  // before it is taken, so that no word that comes between misses it
  const auto until = left_until_.load(memory_order_relaxed);
  const bool by_word = until > nanoseconds(now);
  const auto refuse = [&](TimePoint ends) {
    if (by_word) left_.fetch_add(amount);
    taken_.fetch_sub(amount);
    return std::unexpected(ends);
  };
  if (by_word && left_.fetch_sub(amount) < amount) return refuse(TimePoint(Duration(until)));
  const auto limit = limit_.load(memory_order_relaxed);
  if (limit <= 0) return Taken{.second = second, .amount = 0, .by_word = by_word ? amount : 0};
  auto total = total_.load(memory_order_relaxed);
  for (bool expired = false;;) {
    const bool fits = total + amount <= limit || total <= 0;
    if (fits) {
      if (!total_.compare_exchange_weak(total, total + amount, memory_order_relaxed)) continue;
      add(second, amount);
      return Taken{.second = second, .amount = amount, .by_word = by_word ? amount : 0};
    }
    if (expired) break;
    expire(second);
    expired = true;
    total = total_.load(memory_order_relaxed);
  }
  return refuse(when_free(amount, second));
}

// The total has it already. What the slot held before it was this second's is long over.
void MinuteWindow::add(std::int64_t second, std::int64_t amount) noexcept {
  auto& place = slots_[static_cast<std::size_t>(second) % slot_count];
  auto bits = place.load(memory_order_relaxed);
  for (;;) {
    const Slot there = Slot::of(bits);
    // A thread that was held up for a minute adds to what is there now.
    const bool stays = there.amount > 0 && !there.is_before(second);
    const Slot then{.second = stays ? there.second : Slot::shortened(second),
                    .amount = std::min((stays ? there.amount : 0) + amount, amount_max)};
    if (!place.compare_exchange_weak(bits, then.bits(), memory_order_relaxed)) continue;
    if (!stays) total_.fetch_sub(there.amount, memory_order_relaxed);
    return;
  }
}

void MinuteWindow::expire(std::int64_t second) noexcept {
  for (auto& place : slots_) {
    auto bits = place.load(memory_order_relaxed);
    for (;;) {
      const Slot there = Slot::of(bits);
      if (there.amount == 0 || !there.is_before(second) || there.age(second) < counted_seconds)
        break;
      const Slot empty{.second = there.second, .amount = 0};
      if (!place.compare_exchange_weak(bits, empty.bits(), memory_order_relaxed)) continue;
      total_.fetch_sub(there.amount, memory_order_relaxed);
      break;
    }
  }
}

TimePoint MinuteWindow::when_free(std::int64_t amount, std::int64_t second) const noexcept {
  const auto limit = limit_.load(memory_order_relaxed);
  std::int64_t total = total_.load(memory_order_relaxed);
  for (std::int64_t old = second - counted_seconds + 1; old <= second; ++old) {
    const Slot there =
        Slot::of(slots_[static_cast<std::size_t>(old) % slot_count].load(memory_order_relaxed));
    if (there.second != Slot::shortened(old)) continue;
    total -= there.amount;
    if (total + amount <= limit || total <= 0) {
      return TimePoint(Duration((old + counted_seconds) * a_second));
    }
  }
  return TimePoint(Duration((second + 1) * a_second));  // another thread is at it this moment
}

void MinuteWindow::give_back(const Taken& taken, std::int64_t amount, TimePoint now) noexcept {
  correct(taken, 0, now);
  taken_.fetch_sub(std::clamp<std::int64_t>(amount, 0, amount_max));
}

void MinuteWindow::correct(const Taken& taken, std::int64_t used, TimePoint now) noexcept {
  used = std::clamp<std::int64_t>(used, 0, amount_max);
  const std::int64_t second = nanoseconds(now) / a_second;
  if (taken.by_word > used) left_.fetch_add(taken.by_word - used, memory_order_relaxed);
  if (limit_.load(memory_order_relaxed) <= 0) return;
  if (used >= taken.amount) {
    total_.fetch_add(used - taken.amount, memory_order_relaxed);
    add(second, used - taken.amount);
    return;
  }
  // It leaves the slot that it is in, if that is still there, so that it cannot leave twice.
  auto& place = slots_[static_cast<std::size_t>(taken.second) % slot_count];
  auto bits = place.load(memory_order_relaxed);
  for (;;) {
    const Slot there = Slot::of(bits);
    if (there.second != Slot::shortened(taken.second)) return;
    const std::int64_t back = std::min(taken.amount - used, there.amount);
    const Slot then{.second = there.second, .amount = there.amount - back};
    if (!place.compare_exchange_weak(bits, then.bits(), memory_order_relaxed)) continue;
    total_.fetch_sub(back, memory_order_relaxed);
    return;
  }
}

float MinuteWindow::share_left(TimePoint now) noexcept {
  const auto limit = limit_.load(memory_order_relaxed);
  auto left = limit;
  if (limit > 0) {
    // What is over is looked for only where it matters.
    if (total_.load(memory_order_relaxed) > limit / 2) expire(nanoseconds(now) / a_second);
    left = limit - total_.load(memory_order_relaxed);
  }
  if (closed_until_.load(memory_order_relaxed) > nanoseconds(now)) return 0;
  if (left_until_.load(memory_order_relaxed) > nanoseconds(now)) {
    const auto by_word = left_.load(memory_order_relaxed);
    if (by_word <= 0) return 0;
    left = std::min(left, by_word);
  }
  return limit <= 0 ? 1
                    : std::clamp(static_cast<float>(left) / static_cast<float>(limit), 0.F, 1.F);
}

void MinuteWindow::learn(const Word& word, TimePoint now) noexcept {
  if (word.limit > 0) limit_.store(word.limit, memory_order_relaxed);
  if (word.remaining < 0 || word.reset <= now) return;
  auto there = left_.load();
  std::int64_t left = 0;
  do {
    const auto since = taken_.load() - word.taken;
    left = std::max<std::int64_t>(word.remaining - word.uncounted - since, 0);
  } while (!left_.compare_exchange_weak(there, left));
  raise(left_until_, word.reset);
}

void MinuteWindow::close_until(TimePoint time) noexcept {
  raise(closed_until_, time);
}

}  // namespace tollway::routing
