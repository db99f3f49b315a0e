#include "settings/environment_layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace tollway::settings {

std::string variable_of(std::string_view key) {
  std::string name = "TOLLWAY_";
  for (const char byte : key) {
    const bool letter = byte >= 'a' && byte <= 'z';
    name += byte == '.' ? '_' : static_cast<char>(letter ? byte & ~0x20 : byte);
  }
  return name;
}

std::vector<std::string> variables_of(const SettingDefinition& definition) {
  std::vector<std::string> names{variable_of(definition.key)};
  std::ranges::copy(definition.environment, std::back_inserter(names));
  return names;
}

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<Layer> environment_layer(const Definitions& definitions, const Environment& environment) {
  Layer layer;
  for (const SettingDefinition& definition : definitions.rows()) {
    bool ours = true;
    for (const std::string& name : variables_of(definition)) {
      auto found = environment(name.c_str());
      const Secret value(found ? std::move(*found) : std::string());
      const bool required = std::exchange(ours, false);
      if (value.empty()) continue;
      auto added = add(layer, definition, value.reveal(), SettingOrigin::environment, name);
      if (added) break;
      if (required) return std::unexpected(std::move(added.error()));
      layer.warnings.push_back(added.error().message + "; the variable is passed over");
    }
  }
  return layer;
}

}  // namespace tollway::settings
