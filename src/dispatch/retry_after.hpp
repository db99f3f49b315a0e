// How long an answer asks to be left alone.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "http/head.hpp"
#include "routing/clock.hpp"

namespace tollway::dispatch {

// How a Retry-After header is to be understood (RFC 9110, 10.2.3): seconds, or a date, from `now`
// on. Nullopt for a past date and for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

// That of an answer's head, a year at most; how much of it is heeded is a setting.
[[nodiscard]] std::optional<routing::Duration> retry_after_of(const http::Head& head);

}  // namespace tollway::dispatch
