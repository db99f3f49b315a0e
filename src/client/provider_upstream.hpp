// A provider as the gateway calls it.
#pragma once

#include "base/error.hpp"
#include "providers/base/openai_compatible.hpp"
#include "tollway/provider.hpp"
#include "tollway/settings.hpp"

namespace tollway::client {

// Base URL, key, deployment and default model (llm.model before the provider's own) by the
// settings. Errc::not_configured where a needed key or the base URL is missing; the message names
// the setting and the variable.
[[nodiscard]] Result<providers::OpenAICompatibleProvider> upstream_of(
    const Provider& provider, const SettingsSnapshot& settings);
// The same with another of its keys.
[[nodiscard]] Result<providers::OpenAICompatibleProvider> upstream_with_key(
    const Provider& provider, const Secret& key, const SettingsSnapshot& settings);

}  // namespace tollway::client
