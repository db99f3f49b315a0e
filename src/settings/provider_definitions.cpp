#include "settings/provider_definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tollway::settings {

std::vector<SettingDefinition> limit_definitions(std::string_view key, std::string_view name) {
  struct Limit {
    std::string_view field;
    std::string_view name;
    std::string_view what;
    double max;
  };
  constexpr std::array<Limit, 3> limits{{
      {"requests_per_minute", "requests a minute", "Requests that go to {} in any minute", 1e7},
      {"tokens_per_minute", "tokens a minute",
       "Tokens of prompts and answers that go to {} in any minute", 1e10},
      {"concurrent_max", "requests at a time", "Requests that are under way to {} at a time", 1e6},
  }};
  std::vector<SettingDefinition> made;
  for (const Limit& limit : limits) {
    SettingDefinition& definition = made.emplace_back();
    definition.key = fmt::format("llm.{}.{}", key, limit.field);
    definition.name = fmt::format("{}: {}", name, limit.name);
    definition.description =
        fmt::format("{} at most, with each of its keys; 0: as many as there are.",
                    fmt::format(fmt::runtime(limit.what), name));
    definition.category = key;
    definition.type = SettingType::integer;
    definition.ui_element = UiElement::number;
    definition.min = 0;
    definition.max = limit.max;
    definition.step = 1;
    definition.default_value = "0";
    definition.visible = false;  // these of each provider would hide what else there is
  }
  SettingDefinition& breaker = made.emplace_back();
  breaker.key = fmt::format("llm.{}.breaker", key);
  breaker.name = fmt::format("{}: circuit breaker", name);
  breaker.description = fmt::format(
      "Whether {0} is asked: as its failures say (automatic), not at all (open), or whatever "
      "fails (closed).",
      name);
  breaker.category = key;
  breaker.ui_element = UiElement::select;
  breaker.options = {{.value = "automatic", .label = "As failures say"},
                     {.value = "open", .label = "Open: nothing goes there"},
                     {.value = "closed", .label = "Closed: all may go there"}};
  breaker.default_value = "automatic";
  breaker.visible = false;
  return made;
}

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
  std::vector<SettingDefinition> made{std::move(api_key), std::move(url)};
  std::ranges::move(limit_definitions(key, name), std::back_inserter(made));
  return made;
}

}  // namespace tollway::settings
