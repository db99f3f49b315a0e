#include "setting_value.hpp"

#include "terminal/json_value.hpp"

namespace tollway {
namespace {

namespace json = boost::json;

const char* name_of_type(SettingType type) noexcept {
  switch (type) {
    case SettingType::text:
      return "text";
    case SettingType::integer:
      return "integer";
    case SettingType::number:
      return "number";
    case SettingType::boolean:
      return "boolean";
    case SettingType::json:
      return "json";
  }
  return "text";
}

json::value value_json(const SettingDefinition& definition, const SettingsSnapshot& snapshot) {
  if (is_secret(definition)) {
    const Secret* const secret = snapshot.secret(definition.key);
    return secret == nullptr ? json::value(nullptr) : json::value(secret->masked());
  }
  return terminal::json_text_or_null(snapshot.text(definition.key));
}

}  // namespace

bool is_secret(const SettingDefinition& definition) noexcept {
  return definition.ui_element == UiElement::password;
}

std::string value_shown(const SettingDefinition& definition, const SettingsSnapshot& snapshot) {
  if (!is_secret(definition)) return snapshot.text(definition.key).value_or("");
  const Secret* const secret = snapshot.secret(definition.key);
  return secret == nullptr ? "" : "set (" + secret->masked() + ")";
}

json::object setting_json(const SettingDefinition& definition, const SettingsSnapshot& snapshot) {
  return {{"key", definition.key},
          {"name", definition.name},
          {"type", name_of_type(definition.type)},
          {"secret", is_secret(definition)},
          {"set", snapshot.is_set(definition.key)},
          {"value", value_json(definition, snapshot)},
          {"origin", terminal::json_text(name_of(snapshot.origin(definition.key)))},
          {"source", snapshot.source(definition.key)},
          {"locked", snapshot.is_locked(definition.key)}};
}

}  // namespace tollway
