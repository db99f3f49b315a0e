// Snapshots of programs that keep their settings elsewhere.
#include <boost/json.hpp>

#include "settings/definition_json.hpp"
#include "settings/snapshot_state.hpp"

namespace tollway {

Result<SettingsSnapshot> SettingsSnapshot::from(
    std::span<const std::pair<std::string, std::string>> values) {
  const auto definitions = settings::Definitions::built_in();
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
