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

constexpr BreakerOptions usual_options;

}  // namespace

Breaker::Breaker() noexcept : options_(&usual_options) {}

bool Breaker::admit(TimePoint now) noexcept {
  const Force force = force_.load(memory_order_relaxed);
  if (force != Force::none) return force == Force::closed;
  const auto until = open_until_.load(memory_order_relaxed);
  if (until == 0) return true;
  return stamp(now) >= until && probe(now);
}

bool Breaker::admit_early(TimePoint now) noexcept {
  if (force_.load(memory_order_relaxed) != Force::none) return admit(now);
  auto tried = tried_at_.load(memory_order_relaxed);
  if (stamp(now) - tried < options().early_probe_every.count()) return admit(now);
  return tried_at_.compare_exchange_strong(tried, stamp(now), memory_order_relaxed) && probe(now);
}

bool Breaker::probe(TimePoint now) noexcept {
  auto since = probe_since_.load(memory_order_relaxed);
  if (since != 0 && stamp(now) - since < options().probe_patience.count()) return false;
  if (!probe_since_.compare_exchange_strong(since, stamp(now), memory_order_relaxed)) return false;
  tried_at_.store(stamp(now), memory_order_relaxed);
  return true;
}

// What began before it is no probe, and says nothing about how it is now.
bool Breaker::is_probe(TimePoint began) const noexcept {
  const auto since = probe_since_.load(memory_order_relaxed);
  return since != 0 && stamp(began) >= since;
}

void Breaker::close() noexcept {
  openings_.store(0, memory_order_relaxed);
  open_until_.store(0, memory_order_relaxed);
  probe_since_.store(0, memory_order_relaxed);
}

void Breaker::answers(TimePoint began) noexcept {
  if (!is_probe(began)) return;
  failures_in_a_row_.store(0, memory_order_relaxed);
  close();
}

void Breaker::ended(Outcome outcome, const Counts& lately, TimePoint began,
                    TimePoint now) noexcept {
  const bool probing = is_probe(began);
  switch (outcome) {
    case Outcome::success:
      failures_in_a_row_.store(0, memory_order_relaxed);
      if (probing) close();
      return;
    case Outcome::failure: {
      const auto in_a_row = failures_in_a_row_.fetch_add(1, memory_order_relaxed) + 1;
      const BreakerOptions& judged_by = options();
      const bool often = lately.judged() >= judged_by.judged_min &&
                         static_cast<double>(lately.failures) >=
                             judged_by.failure_share * static_cast<double>(lately.judged());
      if (probing || in_a_row >= judged_by.failures_in_a_row || often) open(now, probing);
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
  const auto until = open_until_.load(memory_order_relaxed);
  // Those that were under way when it opened fail too, and so do early probes: they lengthen
  // nothing.
  if (until <= stamp(now) && (probed || until == 0)) {
    const auto openings = std::min(openings_.fetch_add(1, memory_order_relaxed), doublings_max);
    open_until(now + std::min(options().open_first * (1U << openings), options().open_max));
    tried_at_.store(stamp(now), memory_order_relaxed);
  }
  if (probed) probe_since_.store(0, memory_order_relaxed);
}

void Breaker::open_until(TimePoint until) noexcept {
  auto there = open_until_.load(memory_order_relaxed);
  while (there < stamp(until) &&
         !open_until_.compare_exchange_weak(there, stamp(until), memory_order_relaxed)) {
  }
}

TimePoint Breaker::tried_at() const noexcept {
  return TimePoint(Duration(tried_at_.load(memory_order_relaxed)));
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
