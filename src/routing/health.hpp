// How an endpoint does: what came of the attempts at it, over rolling windows.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

#include "routing/clock.hpp"
#include "routing/figures.hpp"
#include "routing/histogram.hpp"
#include "routing/rolling.hpp"

namespace tollway::routing {

// What an attempt says about its endpoint.
enum class Outcome : std::uint8_t {
  success,
  failure,    // the endpoint's: 401, 402, 404, 5xx, connection, timeout, an error within a stream
  throttled,  // 429: tracked apart, no failure
  neutral,    // the client's fault, or it left: says nothing
};

enum class FailureClass : std::uint8_t;  // routing/failure.hpp
inline constexpr std::size_t failure_class_count = 9;

struct Attempt {
  Outcome outcome = Outcome::neutral;
  std::optional<FailureClass> failure = std::nullopt;  // of which class, where it is no success
  std::optional<float> first_byte_s = std::nullopt;    // to the answer's head
  std::optional<float> first_token_s = std::nullopt;   // of a stream
  std::optional<float> tokens_a_second = std::nullopt;
  std::optional<bool> tools_used_well =
      std::nullopt;  // of a request with tools: valid calls of known names
};

struct Counts {
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  std::uint64_t throttled = 0;
  [[nodiscard]] std::uint64_t judged() const noexcept { return successes + failures; }
};

// To requests with tools.
struct ToolAnswers {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
};

// Asking whether somebody is there, without a request.
struct Probe {
  TimePoint at;
  std::optional<FailureClass> failure = std::nullopt;  // nullopt: it answered
  float first_byte_s = not_measured;
};

struct HealthSums;  // routing/health_report.hpp

// One endpoint's, shared by all threads; nothing in it waits or allocates. About 41 KB.
class Health {
 public:
  // An attempt begins, and ends: record() follows each begin().
  void begin() noexcept { under_way_.fetch_add(1, std::memory_order_relaxed); }
  void record(const Attempt& attempt, TimePoint now) noexcept;

  // A probe's answer says nothing of a model's speed nor of its successes, and is counted nowhere;
  // that none came is counted as an attempt's failure would be.
  void record(const Probe& probe) noexcept;
  [[nodiscard]] std::optional<Probe> last_probe() const noexcept;
  // When an attempt ended last; nullopt: none ever did.
  [[nodiscard]] std::optional<TimePoint> last_used() const noexcept;
  [[nodiscard]] bool in_use() const noexcept {
    return under_way_.load(std::memory_order_relaxed) > 0;
  }

  [[nodiscard]] Counts last_30_seconds(TimePoint now) const noexcept;
  [[nodiscard]] Counts last_30_minutes(TimePoint now) const noexcept;

  // For people. Several endpoints may be added up.
  void add_to(HealthSums& sums, TimePoint now) const noexcept;

  // At most a second old; only once a second somebody pays for the percentiles.
  [[nodiscard]] Figures figures(TimePoint now) const noexcept;

  // Ahead of figures(), where there are hundreds: what it reads is on its way meanwhile.
  void prefetch() const noexcept {
    __builtin_prefetch(&published_);
    __builtin_prefetch(&under_way_);
  }

 private:
  struct Counters {
    std::atomic<std::uint32_t> successes{0};
    std::atomic<std::uint32_t> failures{0};
    std::atomic<std::uint32_t> throttled{0};
    std::array<std::atomic<std::uint32_t>, failure_class_count> classes{};
    void clear() noexcept;
    void add_to(Counts& counts) const noexcept;
  };
  struct DayCounters {
    std::atomic<std::uint32_t> successes{0};
    std::atomic<std::uint32_t> failures{0};
    void clear() noexcept;
  };
  struct Speeds {
    Histogram first_byte_s;
    Histogram first_token_s;
    Histogram tokens_a_second;
    void clear() noexcept;
  };
  struct Tools {
    std::atomic<std::uint32_t> well{0};
    std::atomic<std::uint32_t> badly{0};
    void clear() noexcept;
  };
  // Figures as other threads may read them meanwhile: each is whole, if not of the same moment.
  struct alignas(64) Published {
    std::atomic<std::int64_t> at{std::numeric_limits<std::int64_t>::min()};
    std::atomic<bool> outage{false};
    std::atomic<float> uptime{not_measured};
    std::atomic<float> tool_success{not_measured};
    std::atomic<float> remembered{1};  // share of the peak that still counts
    std::array<std::atomic<float>, percentile_count> first_token_s{not_measured, not_measured,
                                                                   not_measured, not_measured};
    std::array<std::atomic<float>, percentile_count> tokens_a_second{not_measured, not_measured,
                                                                     not_measured, not_measured};
  };
  void publish(TimePoint now) const noexcept;
  [[nodiscard]] ToolAnswers tool_answers(TimePoint now) const noexcept;
  void count(const Attempt& attempt, TimePoint now) noexcept;
  void count_speed(std::optional<float> figure, Histogram Speeds::* which, TimePoint now) noexcept;
  [[nodiscard]] float load(std::uint32_t under_way) const noexcept;
  // Share of the peak that still counts.
  [[nodiscard]] float remembered(TimePoint now) const noexcept;
  [[nodiscard]] float peak_after(float sample, TimePoint now) const noexcept;

  // What a decision reads of hundreds of endpoints is in the first two cache lines: what is written
  // once a second, and what every attempt writes.
  mutable Published published_;
  alignas(64) std::atomic<std::int32_t> under_way_{0};
  // Peak EWMA of the time to the first token, or to the first byte of what is no stream: it jumps
  // to peaks and forgets them slowly.
  std::atomic<float> peak_s_{0};
  std::atomic<std::int64_t> peak_at_{0};  // when it was set
  std::atomic<std::int64_t> used_at_{0};  // when an attempt ended last; 0: never

  Rolling<Counters, 8, 5> seconds_;
  Rolling<Counters, 32, 60> minutes_;
  Rolling<DayCounters, 25, 3600> hours_;
  Rolling<Speeds, 4, 10> speeds_of_30_seconds_;
  Rolling<Speeds, 6, 60> speeds_;
  Rolling<Speeds, 7, 300> speeds_of_half_an_hour_;
  Rolling<Tools, 13, 600> tools_;
  // Of the last probe: one thread probes.
  std::atomic<std::int64_t> probed_at_{0};      // 0: never
  std::atomic<std::int8_t> probe_failure_{-1};  // FailureClass; -1: it answered
  std::atomic<float> probe_first_byte_s_{not_measured};
};

}  // namespace tollway::routing
