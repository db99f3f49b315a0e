#include "settings/definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "base/embedded_file.hpp"
#include "base/log.hpp"
#include "base/nearest.hpp"
#include "settings/definition_json.hpp"
#include "settings/embedded_definitions.hpp"
#include "settings/provider_definitions.hpp"
#include "settings/validate.hpp"

namespace tollway::settings {
namespace {

constexpr std::size_t key_bytes_max = 120;
constexpr std::string_view key_prefix = "llm.";

std::unexpected<Error> ill_formed(const SettingDefinition& row, std::string_view expected) {
  return client_error(Errc::bad_request,
                      fmt::format("the definition of setting \"{}\": expected {}",
                                  row.key.substr(0, key_bytes_max), expected));
}

bool is_key(std::string_view key) {
  if (key.empty() || key.size() > key_bytes_max || key[0] < 'a' || key[0] > 'z') return false;
  if (key.ends_with('.') || key.contains("..")) return false;
  return std::ranges::all_of(key, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
           byte == '.';
  });
}

bool is_variable(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         std::ranges::all_of(name, [](char byte) {
           return byte == '_' || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
         });
}

bool is_numeric(const SettingDefinition& row) {
  return row.type == SettingType::integer || row.type == SettingType::number;
}

bool element_fits(const SettingDefinition& row) {
  switch (row.ui_element) {
    case UiElement::password:
    case UiElement::text:
      return row.type == SettingType::text;
    case UiElement::number:
      return is_numeric(row);
    case UiElement::range:
      return is_numeric(row) && row.min && row.max;
    case UiElement::checkbox:
      return row.type == SettingType::boolean;
    case UiElement::select:
      return !row.options.empty() && row.type != SettingType::json;
    case UiElement::json:
      return row.type == SettingType::json;
  }
  return false;
}

Result<> check(const SettingDefinition& row) {
  if (!is_key(row.key)) {
    return ill_formed(row, "a key of lower-case words between dots, such as llm.model");
  }
  if (row.name.empty() || row.description.empty() || row.category.empty()) {
    return ill_formed(row, "a name, a description and a category");
  }
  if (!element_fits(row)) {
    return ill_formed(row,
                      "a ui_element that fits the type; a range has min and max, a select options");
  }
  if ((row.min || row.max || row.step) && !is_numeric(row)) {
    return ill_formed(row, "min, max and step for numbers only");
  }
  if ((row.min && row.max && *row.min > *row.max) || (row.step && !(*row.step > 0))) {
    return ill_formed(row, "min not above max, and a step above 0");
  }
  if (!row.options.empty() && row.ui_element != UiElement::select) {
    return ill_formed(row, "options for a select only");
  }
  if (row.url && (row.ui_element != UiElement::text)) {
    return ill_formed(row, "a text where \"url\" is true");
  }
  if (!std::ranges::all_of(row.environment, is_variable)) {
    return ill_formed(row, "variables of capitals, digits and underscores");
  }
  if (row.default_value) {
    if (is_secret(row)) return ill_formed(row, "no default for a password");
    auto valid = validate(row, *row.default_value);
    if (!valid) return ill_formed(row, "a default that it accepts: " + valid.error().message);
  }
  return {};
}

std::vector<SettingDefinition> read_built_in() {
  std::vector<SettingDefinition> rows;
  for (const EmbeddedFile& file : embedded_definitions()) {
    auto some = parse_definitions(file.text, file.name);
    if (!some) {
      log::error("{}", some.error().message);
      std::abort();  // The program itself is broken; a test holds that it is not.
    }
    std::ranges::move(*some, std::back_inserter(rows));
  }
  std::vector<SettingDefinition> limits;
  for (const auto& row : rows) {
    const auto provider = provider_named_by(row.key, "url");
    if (provider.empty()) continue;
    constexpr std::string_view suffix = " URL";
    const std::string_view name = row.name;
    std::ranges::move(routing_definitions(provider, name.substr(0, name.rfind(suffix))),
                      std::back_inserter(limits));
  }
  std::ranges::move(limits, std::back_inserter(rows));
  return rows;
}

}  // namespace

Result<std::shared_ptr<const Definitions>> Definitions::create(
    std::vector<SettingDefinition> rows) {
  for (auto& row : rows) {
    if (auto checked = check(row); !checked) return std::unexpected(std::move(checked.error()));
    if (row.default_value) row.default_value = validate(row, *row.default_value).value().text;
  }
  std::ranges::sort(rows, {}, &SettingDefinition::key);
  const auto twice = std::ranges::adjacent_find(rows, {}, &SettingDefinition::key);
  if (twice != rows.end()) return ill_formed(*twice, "one definition of this key; there are two");
  return std::shared_ptr<const Definitions>(new Definitions(std::move(rows)));
}

std::shared_ptr<const Definitions> Definitions::built_in() {
  static const auto instance = [] {
    auto made = create(read_built_in());
    if (!made) {
      log::error("{}", made.error().message);
      std::abort();
    }
    return *made;
  }();
  return instance;
}

Result<std::shared_ptr<const Definitions>> Definitions::with(
    const std::vector<SettingDefinition>& others) {
  if (others.empty()) return built_in();
  std::vector<SettingDefinition> rows = others;
  for (const auto& row : built_in()->rows()) {
    if (std::ranges::find(others, row.key, &SettingDefinition::key) == others.end()) {
      rows.push_back(row);
    }
  }
  return create(std::move(rows));
}

const SettingDefinition* Definitions::find(std::string_view key) const {
  const auto found = std::ranges::lower_bound(rows_, key, {}, &SettingDefinition::key);
  return found != rows_.end() && found->key == key ? &*found : nullptr;
}

std::string Definitions::unknown(std::string_view key) const {
  std::vector<std::string_view> keys;
  keys.reserve(rows_.size());
  for (const auto& row : rows_) keys.push_back(row.key);
  return fmt::format("no setting is called {}.{}", shown(key), did_you_mean(key, keys));
}

std::string_view provider_named_by(std::string_view key, std::string_view field) {
  if (!key.starts_with(key_prefix)) return {};
  key.remove_prefix(key_prefix.size());
  const std::size_t dot = key.find('.');
  return dot != std::string_view::npos && key.substr(dot + 1) == field ? key.substr(0, dot)
                                                                       : std::string_view();
}

std::string_view provider_of(std::string_view key) {
  return provider_named_by(key, "api_key");
}

std::string api_key_setting(std::string_view provider) {
  return fmt::format("{}{}.api_key", key_prefix, provider);
}

bool is_deployment(std::string_view name) {
  return name == "development" || name == "staging" || name == "production";
}

}  // namespace tollway::settings
