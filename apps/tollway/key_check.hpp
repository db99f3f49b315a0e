// Whether a vendor accepts a key, found out by asking it.
#pragma once

#include "tollway/discovery.hpp"
#include "tollway/provider.hpp"
#include "tollway/secret.hpp"
#include "tollway/settings.hpp"

namespace tollway {

// Asks the vendor's own key check, or for its models where listing them takes a key. Base URL as
// in the settings. Errc::unauthenticated: refused; Errc::not_found: this vendor offers neither.
// Blocks for half a minute at most.
[[nodiscard]] Result<> check_key(const Provider& provider, const Secret& key,
                                 const SettingsSnapshot& settings, const Providers& providers);

}  // namespace tollway
