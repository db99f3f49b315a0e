// What was measured of an endpoint, at one moment.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace tollway::routing {

inline constexpr float not_measured = std::numeric_limits<float>::quiet_NaN();
[[nodiscard]] inline bool measured(float figure) noexcept {
  return !std::isnan(figure);
}

enum class Percentile : std::uint8_t { p50, p75, p90, p99 };
inline constexpr std::size_t percentile_count = 4;
using Percentiles = std::array<float, percentile_count>;
inline constexpr Percentiles no_percentiles{not_measured, not_measured, not_measured, not_measured};

// Of the last five minutes, where nothing else is said.
struct Figures {
  bool outage = false;  // a significant one in the last 30 seconds
  // Share of requests that the endpoint did not fail, of the last 30 minutes, 0 to 1. Not measured
  // below a hundred requests.
  float uptime = not_measured;
  // Of streams; where there were none, of the time to the head of an answer that came whole.
  Percentiles first_token_s = no_percentiles;
  // Output tokens a second. A higher percentile is the worse value: p99 is what 99 of 100 requests
  // reach.
  Percentiles tokens_a_second = no_percentiles;
  // Share of answers to requests with tools whose calls all name a tool that was offered, with
  // arguments that are JSON. Not measured below two hundred of them in two hours.
  float tool_success = not_measured;
  // Share of what its limits allow that is left, 0 to 1; nothing while its key rests. Read of those
  // alone that share an offer with other keys: nothing else is decided by it.
  float quota = 1;
  // Time to first token that a request more would see, in seconds: peak EWMA times those under way.
  float load = 0;
  std::uint32_t under_way = 0;  // attempts
};

[[nodiscard]] inline float at(const Percentiles& figures, Percentile which) noexcept {
  return figures[static_cast<std::size_t>(which)];
}

}  // namespace tollway::routing
