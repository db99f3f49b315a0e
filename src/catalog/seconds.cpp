#include "catalog/seconds.hpp"

#include <ctime>

namespace tollway::catalog {
namespace {

std::int64_t seconds_of(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec;
}

}  // namespace

std::int64_t seconds_now() noexcept {
  static const std::int64_t begin = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME);
  return begin + seconds_of(CLOCK_BOOTTIME);
}

}  // namespace tollway::catalog
