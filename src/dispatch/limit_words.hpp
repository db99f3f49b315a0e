// What an answer's headers say about its provider's limits.
#pragma once

#include <chrono>

#include "http/head.hpp"
#include "routing/limit_words.hpp"

namespace tollway::dispatch {

// Whether it may say anything of them: most answers do not.
[[nodiscard]] bool says_limits(const http::Head& head) noexcept;

// Of OpenAI and those who copy it (x-ratelimit-*-requests, *-tokens; resets as "6m0s", "17ms" or
// seconds), Anthropic (anthropic-ratelimit-*; resets as dates; where it has no limit for all
// tokens, that of input or output of which less is left) and OpenRouter (X-RateLimit-*; the reset
// in Unix milliseconds). `now` is what dates are compared with. What lacks its rest or its reset,
// or cannot be read, is as if it were not there; no reset is more than a day away.
[[nodiscard]] routing::LimitWords read_limit_words(const http::Head& head,
                                                   std::chrono::system_clock::time_point now);

}  // namespace tollway::dispatch
