#include "dispatch/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace tollway::dispatch {
namespace {

// Beyond any deadline of ours, and far from overflowing a clock.
constexpr std::int64_t seconds_max = 366LL * 24 * 3600;

std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  const char* const begin = text.data() + at;
  const auto [end, code] = std::from_chars(begin, begin + count, value);
  if (code != std::errc() || end != begin + count || value < 0) return {};
  return value;
}

// "Wed, 07 Jan 2026 04:56:08 GMT" (RFC 9110, 5.6.7), whatever the program's locale is.
std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return {};
  const auto month = months.find(text.substr(8, 3));
  const auto day = digits_at(text, 5, 2);
  const auto year = digits_at(text, 12, 4);
  const auto hour = digits_at(text, 17, 2);
  const auto minute = digits_at(text, 20, 2);
  const auto second = digits_at(text, 23, 2);
  if (month == std::string_view::npos || month % 3 != 0 || !day || !year || !hour || !minute ||
      !second)
    return {};
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  const std::chrono::seconds since_midnight =
      std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return (std::chrono::sys_days(date).time_since_epoch() + since_midnight).count();
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now) {
  const bool digits =
      !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  std::int64_t seconds = 0;
  if (digits) {
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (code != std::errc()) seconds = seconds_max;
  } else {
    const auto date = parse_http_date(value);
    if (!date) return {};
    seconds = *date - std::chrono::system_clock::to_time_t(now);
    if (seconds <= 0) return {};
  }
  return std::chrono::seconds(std::min(seconds, seconds_max));
}

std::optional<routing::Duration> retry_after_of(const http::Head& head) {
  const auto value = head.find("retry-after");
  if (!value) return std::nullopt;
  return parse_retry_after(*value, std::chrono::system_clock::now());
}

}  // namespace tollway::dispatch
