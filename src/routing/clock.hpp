// Time as routing counts it: always given, never read, so that an hour can pass in a second.
#pragma once

#include <chrono>
#include <cstdint>

namespace tollway::routing {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

[[nodiscard]] constexpr std::int64_t nanoseconds(TimePoint time) noexcept {
  return time.time_since_epoch().count();
}

}  // namespace tollway::routing
