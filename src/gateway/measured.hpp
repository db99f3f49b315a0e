// What was measured of endpoints, for people.
#pragma once

#include <string>

#include "catalog/endpoints.hpp"
#include "dispatch/standings.hpp"

namespace tollway::gateway {

// Of a provider's model, with all its keys; nothing where it was not asked.
[[nodiscard]] catalog::Measured measured(const dispatch::Standings& standings,
                                         std::string_view provider, std::string_view model,
                                         routing::TimePoint now);

// GET providers/health: each endpoint that was asked for something since the start. Its `windows`
// are "30s", "5m" and "30m", each with `requests`, `errors` (by class, routing/failure.hpp; those
// left out were none), `uptime` in percent, p50 to p99 of `first_byte` and `latency` (to the first
// token of a stream) in milliseconds, and of `throughput` in tokens a second. Its `probe` is the
// last one of an idle provider, if there was any: `seconds_ago`, `error` by class or null,
// `first_byte`.
[[nodiscard]] std::string health_json(const dispatch::Standings& standings, routing::TimePoint now);

}  // namespace tollway::gateway
