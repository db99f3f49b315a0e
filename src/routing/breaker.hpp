// Keeps requests away from what fails, and lets one at a time find out whether it does again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "routing/clock.hpp"
#include "routing/health.hpp"

namespace tollway::routing {

// All of them are settings; docs/configuration.md has them.
struct BreakerOptions {
  std::uint32_t failures_in_a_row = 5;            // that open it
  std::uint64_t judged_min = 20;                  // attempts in 30 s before their share counts
  double failure_share = 0.5;                     // of them, that opens it
  Duration open_first = std::chrono::seconds(5);  // doubles with every opening that follows
  Duration open_max = std::chrono::minutes(5);
  Duration early_probe_every = std::chrono::seconds(1);
  Duration probe_patience = std::chrono::minutes(2);  // for a probe that tells nothing
};

// A circuit breaker (Nygard, "Release It!"): closed, it lets all pass; open, none until a deadline;
// then, half open, one probe, whose success closes it and whose failure opens it for twice as long.
// Shared by all threads; nothing in it waits.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };
  enum class Force : std::uint8_t { none, open, closed };  // by hand

  Breaker() noexcept;  // by the options' defaults
  explicit Breaker(const BreakerOptions& options) noexcept : options_(&options) {}
  explicit Breaker(BreakerOptions&& options) = delete;  // they outlive it
  // From now on.
  void use(BreakerOptions&& options) = delete;
  void use(const BreakerOptions& options) noexcept {
    options_.store(&options, std::memory_order_release);
  }

  // Whether an attempt may be made; each that may is told of by ended(). Of a half-open breaker one
  // caller gets true.
  [[nodiscard]] bool admit(TimePoint now) noexcept;
  // The same for a request that has nowhere else to go: it may probe before the deadline, but
  // nobody within a second of the last who tried. So an outage of everything is over a second after
  // it is.
  [[nodiscard]] bool admit_early(TimePoint now) noexcept;
  // The attempt that was admitted at `began` has begun to answer: a probe need not have ended, as
  // streams take minutes. It is told of by ended() all the same.
  void answers(TimePoint began) noexcept;
  // What came of the attempt that was admitted at `began`. `lately` are the last 30 seconds with
  // it, looked at after failures alone.
  void ended(Outcome outcome, const Counts& lately, TimePoint began, TimePoint now) noexcept;
  // Opens it until then at least: what a Retry-After says. The later of two deadlines holds.
  void open_until(TimePoint until) noexcept;
  void force(Force force) noexcept { force_.store(force, std::memory_order_relaxed); }

  [[nodiscard]] State state(TimePoint now) const noexcept;
  // When it opened or was probed last.
  [[nodiscard]] TimePoint tried_at() const noexcept;
  // When the next attempt may be made; the past where it may be now.
  [[nodiscard]] TimePoint opens_at() const noexcept;

 private:
  [[nodiscard]] const BreakerOptions& options() const noexcept {
    return *options_.load(std::memory_order_acquire);
  }
  [[nodiscard]] bool probe(TimePoint now) noexcept;
  [[nodiscard]] bool is_probe(TimePoint began) const noexcept;
  void close() noexcept;
  void open(TimePoint now, bool probed) noexcept;

  std::atomic<const BreakerOptions*> options_;
  std::atomic<std::int64_t> open_until_{0};   // 0: closed
  std::atomic<std::int64_t> probe_since_{0};  // 0: nobody probes
  std::atomic<std::int64_t> tried_at_{0};     // when it opened or was probed last
  std::atomic<std::uint32_t> failures_in_a_row_{0};
  std::atomic<std::uint32_t> openings_{0};  // since it was closed last
  std::atomic<Force> force_{Force::none};
};
[[nodiscard]] std::string_view name_of(Breaker::State state) noexcept;  // "half_open"

}  // namespace tollway::routing
