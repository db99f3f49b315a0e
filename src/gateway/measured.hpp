// What was measured of endpoints, for people.
#pragma once

#include <string>

#include "catalog/endpoints.hpp"
#include "dispatch/standings.hpp"

namespace tollway::gateway {

// Of a provider's model, by all its keys' busiest; nothing where it was not asked.
[[nodiscard]] catalog::Measured measured(const dispatch::Standings& standings,
                                         std::string_view provider, std::string_view model,
                                         routing::TimePoint now);

// GET providers/health: each endpoint that was asked for something since the start.
[[nodiscard]] std::string health_json(const dispatch::Standings& standings, routing::TimePoint now);

}  // namespace tollway::gateway
