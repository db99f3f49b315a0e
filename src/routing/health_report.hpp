// What was measured of endpoints over rolling windows, for people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "routing/figures.hpp"
#include "routing/health.hpp"
#include "routing/histogram.hpp"

namespace tollway::routing {

enum class Window : std::uint8_t { half_a_minute, five_minutes, half_an_hour };
inline constexpr std::size_t window_count = 3;

using ClassCounts = std::array<std::uint64_t, failure_class_count>;  // by FailureClass

// Of one window, as Health::add_to() adds it up.
struct WindowSums {
  Counts counts;
  ClassCounts classes{};
  Histogram::Counts first_byte_s{};
  Histogram::Counts first_token_s{};
  Histogram::Counts tokens_a_second{};
};

// Of one endpoint, or of several that are to look like one.
struct HealthSums {
  std::array<WindowSums, window_count> windows;
  Counts day;         // throttled ones are not counted for so long
  ToolAnswers tools;  // of the last two hours
};

// Percentiles are at most 4.5 % off. A higher one of a speed is the worse, as in Figures.
struct WindowReport {
  Counts counts;
  ClassCounts classes{};
  Percentiles first_byte_s = no_percentiles;
  Percentiles first_token_s = no_percentiles;  // of streams
  Percentiles tokens_a_second = no_percentiles;
};
[[nodiscard]] WindowReport report_of(const WindowSums& sums) noexcept;

[[nodiscard]] inline WindowReport report_of(const HealthSums& sums, Window window) noexcept {
  return report_of(sums.windows[static_cast<std::size_t>(window)]);
}

// p50, p75, p90 and p99 of a figure of which less is better, and of one of which more is.
[[nodiscard]] Percentiles percentiles_of_times(const Histogram::Counts& counts) noexcept;
[[nodiscard]] Percentiles percentiles_of_speeds(const Histogram::Counts& counts) noexcept;

}  // namespace tollway::routing
