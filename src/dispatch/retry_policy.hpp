// Whether and when a failed attempt is made again.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace tollway::dispatch {

struct RetryPolicy {
  int retries_max = 2;
  std::chrono::milliseconds first_delay{500};  // doubles with every retry
  std::chrono::milliseconds delay_max = std::chrono::seconds(30);
};

// Whether the same place may do better the next time: after a connection that failed, and after an
// answer of 408, 429 or 5xx (Retry::same).
[[nodiscard]] bool another_try_may_help(const Error& error) noexcept;

// How a Retry-After header is to be understood (RFC 9110, 10.2.3): seconds, or a date, from `now`
// on. Nullopt for a past date and for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

struct FailedAttempt {
  int retries = 0;                                  // made before this one
  std::optional<std::chrono::seconds> retry_after;  // what the answer asked for
  std::chrono::nanoseconds time_left{};
  double random = 0;  // 0 to 1, drawn anew each time
};
// How long to wait before the next attempt: exponential back-off with full jitter (Brooker,
// "Exponential Backoff And Jitter"), and no less than retry_after. Nullopt where no retry is left
// or the time left ends before.
[[nodiscard]] std::optional<std::chrono::nanoseconds> delay_before_retry(
    const RetryPolicy& policy, const FailedAttempt& failed);

}  // namespace tollway::dispatch
