#include "settings/definition_json.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <optional>

namespace tollway::settings {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, SettingType>, 5> types{
    {{"text", SettingType::text},
     {"integer", SettingType::integer},
     {"number", SettingType::number},
     {"boolean", SettingType::boolean},
     {"json", SettingType::json}}};

constexpr std::array<std::pair<std::string_view, UiElement>, 7> elements{
    {{"password", UiElement::password},
     {"text", UiElement::text},
     {"number", UiElement::number},
     {"range", UiElement::range},
     {"checkbox", UiElement::checkbox},
     {"select", UiElement::select},
     {"json", UiElement::json}}};

// Reads the fields of one object; each reader returns false where the field is not what it says.
struct Reader {
  SettingDefinition& into;

  static bool text(const json::value& value, std::string& field) {
    if (!value.is_string()) return false;
    field = value.get_string();
    return true;
  }

  static bool boolean(const json::value& value, bool& field) {
    if (!value.is_bool()) return false;
    field = value.get_bool();
    return true;
  }

  static bool number(const json::value& value, std::optional<double>& field) {
    if (!value.is_number()) return false;
    field = value.to_number<double>();
    return true;
  }

  template <class Names, class Field>
  static bool name(const json::value& value, const Names& names, Field& field) {
    if (!value.is_string()) return false;
    for (const auto& [name, element] : names) {
      if (value.get_string() == name) {
        field = element;
        return true;
      }
    }
    return false;
  }

  bool options(const json::value& value) const {
    if (!value.is_array()) return false;
    for (const auto& row : value.get_array()) {
      SettingDefinition::Option option;
      if (!row.is_object() || row.get_object().size() != 2) return false;
      const auto* option_value = row.get_object().if_contains("value");
      const auto* label = row.get_object().if_contains("label");
      if (option_value == nullptr || label == nullptr) return false;
      if (!text(*option_value, option.value) || !text(*label, option.label)) return false;
      into.options.push_back(std::move(option));
    }
    return true;
  }

  bool environment(const json::value& value) const {
    if (!value.is_array()) return false;
    for (const auto& row : value.get_array()) {
      if (!text(row, into.environment.emplace_back())) return false;
    }
    return true;
  }

  bool field(std::string_view field_name, const json::value& value) const {
    if (field_name == "key") return text(value, into.key);
    if (field_name == "name") return text(value, into.name);
    if (field_name == "description") return text(value, into.description);
    if (field_name == "category") return text(value, into.category);
    if (field_name == "type") return name(value, types, into.type);
    if (field_name == "ui_element") return name(value, elements, into.ui_element);
    if (field_name == "min") return number(value, into.min);
    if (field_name == "max") return number(value, into.max);
    if (field_name == "step") return number(value, into.step);
    if (field_name == "options") return options(value);
    if (field_name == "visible") return boolean(value, into.visible);
    if (field_name == "editable") return boolean(value, into.editable);
    if (field_name == "url") return boolean(value, into.url);
    if (field_name == "environment") return environment(value);
    if (field_name == "default") {
      into.default_value = text_of(value);
      return true;
    }
    return false;
  }
};

std::unexpected<Error> refuse(std::string_view file, std::string_view what) {
  return client_error(Errc::bad_request, fmt::format("{}: {}", file, what));
}

}  // namespace

std::string text_of(const boost::json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return json::serialize(value);
}

Result<std::vector<SettingDefinition>> parse_definitions(std::string_view text,
                                                         std::string_view file) {
  boost::system::error_code failed;
  const json::value document = json::parse({text.data(), text.size()}, failed);
  if (failed) return refuse(file, "not JSON: " + failed.message());
  if (!document.is_array()) return refuse(file, "expected an array of definitions");
  std::vector<SettingDefinition> rows;
  for (const auto& row : document.get_array()) {
    if (!row.is_object()) return refuse(file, "expected an object for each definition");
    SettingDefinition definition;
    const Reader reader{definition};
    for (const auto& [name, value] : row.get_object()) {
      if (!reader.field({name.data(), name.size()}, value)) {
        return refuse(file,
                      fmt::format("setting \"{}\": field \"{}\" is unknown or not of its "
                                  "kind; docs/adding_a_setting.md has the fields",
                                  definition.key, std::string_view(name.data(), name.size())));
      }
    }
    for (const char* needed : {"key", "name", "description", "category", "type", "ui_element"}) {
      if (!row.get_object().contains(needed)) {
        return refuse(file, fmt::format("setting \"{}\" lacks \"{}\"", definition.key, needed));
      }
    }
    rows.push_back(std::move(definition));
  }
  return rows;
}

}  // namespace tollway::settings
