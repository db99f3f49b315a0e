#include "routing/breaker.hpp"

#include <algorithm>

namespace tollway::routing {
namespace {

using std::memory_order_relaxed;

// Of the first opening; a cap that is further away is none.
constexpr std::uint32_t doublings_max = 20;

// A time of 0 would mean "none".
std::int64_t stamp(TimePoint time) noexcept {
  return std::max<std::int64_t>(nanoseconds(time), 1);
}

}  // namespace

bool Breaker::admit(TimePoint now) noexcept {
  const Force force = force_.load(memory_order_relaxed);
  if (force != Force::none) return force == Force::closed;
  const auto until = open_until_.load(memory_order_relaxed);
  if (until == 0) return true;
  if (stamp(now) < until) return false;
  auto since = probe_since_.load(memory_order_relaxed);
  if (since != 0 && stamp(now) - since < options_.probe_patience.count()) return false;
  return probe_since_.compare_exchange_strong(since, stamp(now), memory_order_relaxed);
}

void Breaker::ended(Outcome outcome, const Counts& lately, TimePoint began,
                    TimePoint now) noexcept {
  // What began before is no probe, and says nothing about how it is now.
  const auto since = probe_since_.load(memory_order_relaxed);
  const bool probing = since != 0 && stamp(began) >= since;
  switch (outcome) {
    case Outcome::success:
      failures_in_a_row_.store(0, memory_order_relaxed);
      if (!probing) return;
      openings_.store(0, memory_order_relaxed);
      open_until_.store(0, memory_order_relaxed);
      probe_since_.store(0, memory_order_relaxed);
      return;
    case Outcome::failure: {
      const auto in_a_row = failures_in_a_row_.fetch_add(1, memory_order_relaxed) + 1;
      const bool often = lately.judged() >= options_.judged_min &&
                         static_cast<double>(lately.failures) >=
                             options_.failure_share * static_cast<double>(lately.judged());
      if (probing || in_a_row >= options_.failures_in_a_row || often) open(now, probing);
      return;
    }
    case Outcome::throttled:
    case Outcome::neutral:
      // A probe that learned nothing leaves its place to the next.
      if (probing) probe_since_.store(0, memory_order_relaxed);
      return;
  }
}

void Breaker::open(TimePoint now, bool probed) noexcept {
  // Those that were under way when it opened fail too, and lengthen nothing.
  if (!probed && open_until_.load(memory_order_relaxed) != 0) return;
  const auto openings = std::min(openings_.fetch_add(1, memory_order_relaxed), doublings_max);
  const Duration length = std::min(options_.open_first * (1U << openings), options_.open_max);
  open_until(now + length);
  if (probed) probe_since_.store(0, memory_order_relaxed);
}

void Breaker::open_until(TimePoint until) noexcept {
  auto there = open_until_.load(memory_order_relaxed);
  while (there < stamp(until) &&
         !open_until_.compare_exchange_weak(there, stamp(until), memory_order_relaxed)) {
  }
}

TimePoint Breaker::opens_at() const noexcept {
  return TimePoint(Duration(open_until_.load(memory_order_relaxed)));
}

Breaker::State Breaker::state(TimePoint now) const noexcept {
  const Force force = force_.load(memory_order_relaxed);
  if (force != Force::none) return force == Force::open ? State::open : State::closed;
  const auto until = open_until_.load(memory_order_relaxed);
  if (until == 0) return State::closed;
  return stamp(now) < until ? State::open : State::half_open;
}

std::string_view name_of(Breaker::State state) noexcept {
  switch (state) {
    case Breaker::State::closed:
      return "closed";
    case Breaker::State::open:
      return "open";
    case Breaker::State::half_open:
      return "half_open";
  }
  return "closed";
}

}  // namespace tollway::routing
