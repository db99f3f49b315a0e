// Times and durations as people write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tollway {

// "90s", "15m", "24h", "7d", "0": nullopt for anything else and for more than ten years.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// "2026-11-23T09:06:20Z".
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

// "2026-11-23", a day that the calendar has; nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_day(std::string_view text);
[[nodiscard]] std::string day_text(std::chrono::sys_days day);

// The date of an HTTP header, "Mon, 23 Nov 2026 09:06:20 GMT" (RFC 9110, 5.6.7); nullopt for what
// is none, the obsolete forms included.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_http_date(
    std::string_view text);

}  // namespace tollway
