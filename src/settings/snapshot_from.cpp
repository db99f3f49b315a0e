// Snapshots of programs that keep their settings elsewhere.
#include <boost/json.hpp>
#include <map>

#include "settings/definition_json.hpp"
#include "settings/provider_definitions.hpp"
#include "settings/snapshot_state.hpp"

namespace tollway {

namespace {

using Values = std::span<const std::pair<std::string, std::string>>;

// A program may have providers of its own, which nothing in data/settings tells of.
Result<std::shared_ptr<const settings::Definitions>> definitions_for(Values values) {
  std::map<std::string, SettingDefinition> others;
  for (const auto& row : values) {
    if (settings::Definitions::built_in()->find(row.first) != nullptr) continue;
    for (const auto* field : {"api_key", "url"}) {
      const auto provider = settings::provider_named_by(row.first, field);
      if (provider.empty()) continue;
      for (auto& definition : settings::provider_definitions(provider, provider)) {
        others.insert_or_assign(definition.key, std::move(definition));
      }
    }
  }
  std::vector<SettingDefinition> rows;
  for (auto& row : others) rows.push_back(std::move(row.second));
  return settings::Definitions::with(rows);
}

}  // namespace

Result<SettingsSnapshot> SettingsSnapshot::from(
    std::span<const std::pair<std::string, std::string>> values) {
  const auto made = definitions_for(values);
  if (!made) return std::unexpected(made.error());
  const auto& definitions = *made;
  settings::Layer given;
  for (const auto& [key, value] : values) {
    const SettingDefinition* definition = definitions->find(key);
    if (definition == nullptr) return client_error(Errc::bad_request, definitions->unknown(key));
    auto added = settings::add(given, *definition, value, SettingOrigin::store, {});
    if (!added) return std::unexpected(std::move(added.error()));
  }
  return SettingsSnapshot(State::from_layers(definitions, {&given}, {}));
}

Result<SettingsSnapshot> SettingsSnapshot::from(
    std::initializer_list<std::pair<std::string, std::string>> values) {
  return from(std::span(values.begin(), values.size()));
}

Result<SettingsSnapshot> SettingsSnapshot::from_json(std::string_view json) {
  boost::system::error_code failed;
  const auto document = boost::json::parse({json.data(), json.size()}, failed);
  if (failed || !document.is_object()) {
    return client_error(Errc::bad_request,
                        "expected a JSON object of settings, as in {\"llm.model\": \"...\"}");
  }
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [key, value] : document.get_object()) {
    if (value.is_null()) continue;
    values.emplace_back(std::string(key.data(), key.size()), settings::text_of(value));
  }
  return from(values);
}

}  // namespace tollway
