// What a SettingsSnapshot holds.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "settings/definitions.hpp"
#include "tollway/settings.hpp"

namespace tollway::settings {

// A value and where it is from. A secret's text is empty.
struct Value {
  std::string text;
  Secret secret;
  SettingOrigin origin = SettingOrigin::default_value;
  std::string source;                 // "OPENROUTER_API_KEY", "tollway.toml:3"; for people
  bool allow_private_address = true;  // of a URL
};

struct ApiKey {
  ApiKeyInfo info;
  Secret key;
  SettingOrigin origin = SettingOrigin::store;
  std::string source;
};

// What one origin says, by key, and what is to be told about it.
struct Layer {
  std::map<std::string, Value, std::less<>> values;
  std::vector<ApiKey> api_keys;  // of the store
  std::vector<std::string> warnings;
};

// Adds `value` to the layer if its definition accepts it. A secret that was trimmed is a warning,
// "OPENROUTER_API_KEY: ...". An error's message begins with `source`, where there is one.
[[nodiscard]] Result<> add(Layer& layer, const SettingDefinition& definition,
                           std::string_view value, SettingOrigin origin, std::string source);

}  // namespace tollway::settings

namespace tollway {

struct SettingsSnapshot::State {
  std::shared_ptr<const settings::Definitions> definitions;
  std::map<std::string, settings::Value, std::less<>> values;
  // By provider; those that stay first, then those that retire, each heaviest first.
  std::map<std::string, std::vector<settings::ApiKey>, std::less<>> api_keys;
  std::vector<settings::ApiKey> stored_keys;  // all that the store holds
  std::vector<std::string> warnings;

  // Layers in the order of their precedence. Of the store's keys those of `deployment` (empty:
  // all) of providers without a key from elsewhere.
  [[nodiscard]] static std::shared_ptr<const State> from_layers(
      std::shared_ptr<const settings::Definitions> definitions,
      std::initializer_list<const settings::Layer*> layers, std::string_view deployment);
};

}  // namespace tollway
