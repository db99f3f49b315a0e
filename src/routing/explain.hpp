// A decision in words: who may serve a request, in which order, and why not the others.
#pragma once

#include <span>
#include <string>

#include "routing/clock.hpp"
#include "routing/decide.hpp"

namespace tollway::routing {

// One JSON object: `strategy`, `prompt_tokens` and `output_tokens` that costs were expected by, and
// `candidates`, those that are tried first, then the dropped:
//
// - `provider`, `key`, `model`, `tag`: whom it is; `key` where there are several of the provider;
// - `place`: 1 for the first; null where it was dropped;
// - `dropped`, `excluded_by`: the reason here, and OpenRouter's word for it where it has one;
// - `behind_others_for`: reasons of the group, where there are any: "outage", "order" and the like;
// - `score`: the strategy's, of which the lowest comes first; null where it is unknown;
// - `drawn`: true where chance put it first;
// - `sticky`: true where it comes first because it served the conversation before;
// - `cached_tokens`: of the prompt, likely in its provider's cache, where there are any;
// - `expected_cost`: dollars, as text; null where the price is unknown;
// - `uptime_last_30m`: percent; null below a hundred requests;
// - `latency_last_5m`, `throughput_last_5m`: {p50, p75, p90, p99} of the seconds to the first token
//   and of the tokens a second; null where nothing was measured;
// - `tool_success_last_2h`: percent of the answers to requests with tools that called none but what
//   was offered, with arguments that are JSON; not there below two hundred of them;
// - `breaker`: "closed", "open" or "half_open";
// - `key_rests`, `quota`: whether its key was refused, and the share of its limits that is left;
// - `load`: seconds to the first token that one request more is expected to see.
[[nodiscard]] std::string explain(std::span<const Candidate> candidates, const Ask& ask,
                                  const Decision& decision, TimePoint now);

}  // namespace tollway::routing
