// What a probe says of an endpoint.
#pragma once

#include "routing/standing.hpp"

namespace tollway::routing {

// That nobody is there counts as an attempt's failure does. That somebody is says nothing of the
// model: it takes back what the probe before said, and nothing that requests have found out. So a
// breaker closes by a probe only where probes have failed since the endpoint was used last, and
// only once it lets one through.
void note_probe(Standing& standing, const Probe& probe) noexcept;

// The last probe failed, and nobody has used the endpoint since.
[[nodiscard]] bool is_down_by_probes(const Standing& standing) noexcept;

}  // namespace tollway::routing
