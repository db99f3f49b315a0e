// All that can be set, by key.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "tollway/settings.hpp"

namespace tollway::settings {

// Immutable once made; shared by snapshots.
class Definitions {
 public:
  // Refuses ill-formed definitions, keys that occur twice and defaults that their own definition
  // refuses. Errc::bad_request names the key and what was expected.
  [[nodiscard]] static Result<std::shared_ptr<const Definitions>> create(
      std::vector<SettingDefinition> rows);
  // Those of data/settings.
  [[nodiscard]] static std::shared_ptr<const Definitions> built_in();
  // The built-in ones and others, which replace those of the same key.
  [[nodiscard]] static Result<std::shared_ptr<const Definitions>> with(
      const std::vector<SettingDefinition>& others);

  [[nodiscard]] const SettingDefinition* find(std::string_view key) const;
  [[nodiscard]] const std::vector<SettingDefinition>& rows() const noexcept { return rows_; }
  // "no setting is called "llm.modle". Did you mean llm.model?"
  [[nodiscard]] std::string unknown(std::string_view key) const;

 private:
  explicit Definitions(std::vector<SettingDefinition> rows) : rows_(std::move(rows)) {}
  std::vector<SettingDefinition> rows_;  // in the order of their keys
};

[[nodiscard]] inline bool is_secret(const SettingDefinition& definition) {
  return definition.ui_element == UiElement::password;
}

// "openrouter" of "llm.openrouter.url" and the field "url"; empty for all other keys.
[[nodiscard]] std::string_view provider_named_by(std::string_view key, std::string_view field);
// "openrouter" of "llm.openrouter.api_key", the setting that a provider's API keys stand behind;
// empty for all others.
[[nodiscard]] std::string_view provider_of(std::string_view key);
[[nodiscard]] std::string api_key_setting(std::string_view provider);

// What an API key can be for: development, staging, production.
[[nodiscard]] bool is_deployment(std::string_view name);

}  // namespace tollway::settings
