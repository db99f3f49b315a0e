#include "settings/provider_definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tollway::settings {
namespace {

struct Named {
  std::string_view key;
  std::string_view name;
};

SettingDefinition field_of(const Named& provider, std::string_view field, std::string_view name,
                           std::string description) {
  SettingDefinition made;
  made.key = fmt::format("llm.{}.{}", provider.key, field);
  made.name = fmt::format("{}: {}", provider.name, name);
  made.description = std::move(description);
  made.category = provider.key;
  made.visible = false;  // these of each provider would hide what else there is
  return made;
}

SettingDefinition chosen(const Named& provider, std::string_view field, std::string_view name,
                         std::string description, std::string_view usual) {
  auto made = field_of(provider, field, name, std::move(description));
  made.ui_element = UiElement::select;
  made.default_value = usual;
  return made;
}

// From 0 on.
SettingDefinition number(const Named& provider, std::string_view field, std::string_view name,
                         std::string description) {
  auto made = field_of(provider, field, name, std::move(description));
  made.type = SettingType::number;
  made.ui_element = UiElement::number;
  made.min = 0;
  return made;
}

SettingDefinition said_or_not(const Named& provider, std::string_view field, std::string_view name,
                              std::string description) {
  auto made = chosen(provider, field, name, std::move(description), "unknown");
  made.options = {{.value = "unknown", .label = "Nobody has said"},
                  {.value = "yes", .label = "Yes"},
                  {.value = "no", .label = "No"}};
  return made;
}

// What OpenRouter knows of its hosts, and of a vendor reached directly the operator alone.
void add_policy_definitions(const Named& provider, std::vector<SettingDefinition>& made) {
  const auto name = provider.name;
  auto& collection = made.emplace_back(chosen(
      provider, "data_collection", "data collection",
      fmt::format("Whether {} keeps prompts beyond the call or trains on them, as far as your "
                  "contract says (collects, none); requests with data_collection \"deny\" go only "
                  "to who does not. unknown: it is taken to; a server of your own does neither.",
                  name),
      "unknown"));
  collection.options = {{.value = "unknown", .label = "Nobody has said"},
                        {.value = "collects", .label = "Keeps or trains on prompts"},
                        {.value = "none", .label = "Does neither"}};
  made.push_back(said_or_not(
      provider, "zdr", "zero data retention",
      fmt::format(
          "Whether {} keeps nothing of a request (yes, no); requests with zdr go only to "
          "who keeps nothing. unknown: it is taken to keep it; a server of your own keeps nothing.",
          name)));
  made.push_back(said_or_not(
      provider, "distillable", "distillable text",
      fmt::format(
          "Whether what the models of {} write may train others (yes, no), as their authors "
          "permit it; requests with enforce_distillable_text go only there. unknown: it is taken "
          "to be forbidden.",
          name)));
  auto& quantization = made.emplace_back(chosen(
      provider, "quantization", "quantization",
      fmt::format("In what numbers {} computes, which requests may choose by quantizations.", name),
      "unknown"));
  for (const std::string_view numbers : {"int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8",
                                         "mxfp8", "fp16", "bf16", "fp32", "unknown"}) {
    quantization.options.push_back({.value = std::string(numbers), .label = std::string(numbers)});
  }
}

void add_limit_definitions(const Named& provider, std::vector<SettingDefinition>& made) {
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
  for (const Limit& limit : limits) {
    auto& definition = made.emplace_back(
        number(provider, limit.field, limit.name,
               fmt::format("{} at most, with each of its keys; 0: as many as there are.",
                           fmt::format(fmt::runtime(limit.what), provider.name))));
    definition.type = SettingType::integer;
    definition.max = limit.max;
    definition.step = 1;
    definition.default_value = "0";
  }
}

void add_shared_limits_definition(const Named& provider, std::vector<SettingDefinition>& made) {
  auto& shared = made.emplace_back(field_of(
      provider, "shared_limits", "limits of all keys together",
      fmt::format(
          "What all keys of {} together ask at most, of all its models (\"*\") and of single ones, "
          "as JSON: {{\"*\": {{\"requests_per_minute\": 600}}, \"gpt-4o\": "
          "{{\"tokens_per_minute\": 200000, \"concurrent_max\": 8}}}}.",
          provider.name)));
  shared.type = SettingType::json;
  shared.ui_element = UiElement::json;
  shared.default_value = "{}";
}

void add_breaker_definition(const Named& provider, std::vector<SettingDefinition>& made) {
  auto& breaker = made.emplace_back(
      chosen(provider, "breaker", "circuit breaker",
             fmt::format("Whether {0} is asked: as its failures say (automatic), not at all "
                         "(open), or whatever fails (closed).",
                         provider.name),
             "automatic"));
  breaker.options = {{.value = "automatic", .label = "As failures say"},
                     {.value = "open", .label = "Open: nothing goes there"},
                     {.value = "closed", .label = "Closed: all may go there"}};
}

void add_weight_definition(const Named& provider, std::vector<SettingDefinition>& made) {
  auto& weight = made.emplace_back(
      number(provider, "routing_weight", "weight",
             fmt::format("Share of the requests that {} gets beside others where the strategy is "
                         "weighted; 0: only where the others fail.",
                         provider.name)));
  weight.max = 1e6;
  weight.default_value = "1";
}

}  // namespace

std::vector<SettingDefinition> routing_definitions(std::string_view key, std::string_view name) {
  const Named provider{.key = key, .name = name};
  std::vector<SettingDefinition> made;
  add_limit_definitions(provider, made);
  add_shared_limits_definition(provider, made);
  add_breaker_definition(provider, made);
  add_weight_definition(provider, made);
  add_policy_definitions(provider, made);
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
  std::ranges::move(routing_definitions(key, name), std::back_inserter(made));
  return made;
}

}  // namespace tollway::settings
