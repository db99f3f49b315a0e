// The settings that every provider has, for providers that come without a file in data/settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tollway/settings.hpp"

namespace tollway::settings {

struct ProviderVariables {
  std::vector<std::string> api_key;  // "OPENROUTER_API_KEY"
  std::vector<std::string> url;
};

// llm.<provider>.api_key and llm.<provider>.url, to be passed on as Settings::Options::definitions.
// `provider` is the key, in any case; a "-" in it becomes "_". `name` is shown to people.
[[nodiscard]] std::vector<SettingDefinition> provider_definitions(
    std::string_view provider, std::string_view name, const ProviderVariables& variables = {});

}  // namespace tollway::settings
