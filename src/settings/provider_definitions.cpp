#include "settings/provider_definitions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollway::settings {

std::vector<SettingDefinition> provider_definitions(std::string_view provider,
                                                    std::string_view name,
                                                    const ProviderVariables& variables) {
  std::string key(provider);
  std::ranges::transform(key, key.begin(), [](char byte) {
    if (byte == '-') return '_';
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  SettingDefinition api_key;
  api_key.key = fmt::format("llm.{}.api_key", key);
  api_key.name = fmt::format("{} API key", name);
  api_key.description = fmt::format("Key for {}'s API.", name);
  api_key.category = key;
  api_key.ui_element = UiElement::password;
  api_key.environment = variables.api_key;
  SettingDefinition url;
  url.key = fmt::format("llm.{}.url", key);
  url.name = fmt::format("{} URL", name);
  url.description = fmt::format("Base URL of {}'s API, where it is another than usual.", name);
  url.category = key;
  url.url = true;
  url.environment = variables.url;
  return {std::move(api_key), std::move(url)};
}

}  // namespace tollway::settings
