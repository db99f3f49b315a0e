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

// llm.<provider>.requests_per_minute, tokens_per_minute, concurrent_max, breaker, routing_weight,
// data_collection, zdr, distillable and quantization: every provider has them, those of
// data/settings too. `key` as settings spell it, `name` is shown to people.
[[nodiscard]] std::vector<SettingDefinition> routing_definitions(std::string_view key,
                                                                 std::string_view name);

// llm.<provider>.api_key, llm.<provider>.url and those above, to be passed on as
// Settings::Options::definitions. `provider` is the key, in any case; a "-" in it becomes "_".
[[nodiscard]] std::vector<SettingDefinition> provider_definitions(
    std::string_view provider, std::string_view name, const ProviderVariables& variables = {});

}  // namespace tollway::settings
