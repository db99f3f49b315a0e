// Whose models the gateway's catalogue has.
#pragma once

#include <memory>
#include <vector>

#include "installation.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway {

// Its key is set, or its base URL is.
[[nodiscard]] bool is_configured(const ProviderInfo& info, const SettingsSnapshot& settings);

// All who are configured, but for `besides` (a key): those whose key is set, and those whose base
// URL is, above all servers of one's own. Vendors that have no list to ask for are left out.
[[nodiscard]] std::vector<std::unique_ptr<const providers::OpenAICompatibleProvider>>
listed_providers(const Installation& installation, std::string_view besides);

}  // namespace tollway
