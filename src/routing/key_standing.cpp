#include "routing/key_standing.hpp"

#include <algorithm>

namespace tollway::routing {
namespace {

constexpr std::uint32_t doublings_max = 20;

}  // namespace

bool KeyStanding::rest(TimePoint now, const KeyRest& how) noexcept {
  auto until = rest_until_.load(std::memory_order_relaxed);
  const auto doublings = std::min(rests_.load(std::memory_order_relaxed), doublings_max);
  const TimePoint then = now + std::min(how.first * (1U << doublings), how.max);
  do {
    if (nanoseconds(now) < until) return false;
  } while (!rest_until_.compare_exchange_weak(until, nanoseconds(then), std::memory_order_relaxed));
  tried_at_.store(nanoseconds(now), std::memory_order_relaxed);
  rests_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool KeyStanding::admits_early(TimePoint now, Duration every) noexcept {
  if (!rests(now)) return true;
  auto tried = tried_at_.load(std::memory_order_relaxed);
  return nanoseconds(now) >= tried + every.count() &&
         tried_at_.compare_exchange_strong(tried, nanoseconds(now), std::memory_order_relaxed);
}

void KeyStanding::worked() noexcept {
  // Reads alone where all is well: the line is shared by all threads.
  if (rests_.load(std::memory_order_relaxed) == 0) return;
  rests_.store(0, std::memory_order_relaxed);
  rest_until_.store(0, std::memory_order_relaxed);
}

}  // namespace tollway::routing
