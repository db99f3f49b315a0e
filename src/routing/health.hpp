// How an endpoint does: what came of the attempts at it, over rolling windows.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

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

struct Attempt {
  Outcome outcome = Outcome::neutral;
  std::optional<float> first_token_s = std::nullopt;
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

// One endpoint's, shared by all threads; nothing in it waits or allocates. About 26 KB.
class Health {
 public:
  // An attempt begins, and ends: record() follows each begin().
  void begin() noexcept { under_way_.fetch_add(1, std::memory_order_relaxed); }
  void record(const Attempt& attempt, TimePoint now) noexcept;

  [[nodiscard]] Counts last_30_seconds(TimePoint now) const noexcept;
  [[nodiscard]] Counts last_30_minutes(TimePoint now) const noexcept;

  // For people: counts of the last five minutes and the last thirty, percentiles of the latter.
  struct Report {
    Counts five_minutes;
    Counts half_an_hour;
    Percentiles first_token_s = no_percentiles;
    Percentiles tokens_a_second = no_percentiles;
    ToolAnswers tools;  // of the last two hours
  };
  [[nodiscard]] Report report(TimePoint now) const noexcept;

  // At most a second old; only once a second somebody pays for the percentiles.
  [[nodiscard]] Figures figures(TimePoint now) const noexcept;

 private:
  struct Counters {
    std::atomic<std::uint32_t> successes{0};
    std::atomic<std::uint32_t> failures{0};
    std::atomic<std::uint32_t> throttled{0};
    void clear() noexcept;
    void add_to(Counts& counts) const noexcept;
  };
  struct Speeds {
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
  struct Published {
    std::atomic<std::int64_t> at{std::numeric_limits<std::int64_t>::min()};
    std::atomic<bool> outage{false};
    std::atomic<float> uptime{not_measured};
    std::atomic<float> tool_success{not_measured};
    std::array<std::atomic<float>, percentile_count> first_token_s{not_measured, not_measured,
                                                                   not_measured, not_measured};
    std::array<std::atomic<float>, percentile_count> tokens_a_second{not_measured, not_measured,
                                                                     not_measured, not_measured};
  };
  void publish(TimePoint now) const noexcept;
  [[nodiscard]] ToolAnswers tool_answers(TimePoint now) const noexcept;
  // Of the time to the first token, and of the speed.
  template <class Speeds>
  [[nodiscard]] static std::pair<Percentiles, Percentiles> percentiles_of(
      const Speeds& speeds, TimePoint now, std::size_t slots) noexcept;
  // Share of the peak that still counts.
  [[nodiscard]] float remembered(TimePoint now) const noexcept;
  [[nodiscard]] float peak_after(float sample, TimePoint now) const noexcept;

  Rolling<Counters, 8, 5> seconds_;
  Rolling<Counters, 32, 60> minutes_;
  Rolling<Speeds, 6, 60> speeds_;
  Rolling<Speeds, 7, 300> speeds_of_half_an_hour_;
  Rolling<Tools, 13, 600> tools_;
  std::atomic<std::int32_t> under_way_{0};
  // Peak EWMA of the time to the first token: it jumps to peaks and forgets them slowly.
  std::atomic<float> peak_s_{0};
  std::atomic<std::int64_t> peak_at_{0};  // when it was set
  mutable Published published_;
};

}  // namespace tollway::routing
