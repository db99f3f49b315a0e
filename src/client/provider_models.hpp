// Asking providers for their models and local servers for their state.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "client/provider_access.hpp"
#include "tollway/provider.hpp"

namespace tollway::client {

inline constexpr auto model_list_timeout = std::chrono::seconds(30);
inline constexpr auto probe_timeout = std::chrono::seconds(2);

// Errors: what http_call() says; Errc::unauthenticated where the provider refuses the key;
// upstream_error for other answers that say they failed; upstream_invalid for what is no list.
[[nodiscard]] Result<std::vector<ModelInfo>> fetch_models(const ProviderFacts& facts,
                                                          const ProviderAccess& access);

// Asks what api_key.check names, else for the list of models. Errc::unauthenticated: refused;
// upstream_error: the answer does not tell.
[[nodiscard]] Result<> check_key(const ProviderFacts& facts, const ProviderAccess& access);

[[nodiscard]] Availability unavailable(std::string reason);

// Blocks for probe_timeout at most.
[[nodiscard]] Availability probe(const ProviderFacts& facts, const ProviderAccess& access);

}  // namespace tollway::client
