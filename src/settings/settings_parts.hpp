// What Settings is made of.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "settings/environment_layer.hpp"
#include "settings/snapshot_state.hpp"
#include "settings/store.hpp"
#include "settings/vault.hpp"
#include "tollway/settings.hpp"

namespace tollway {

struct Settings::Parts {
  using State = SettingsSnapshot::State;

  Options options;
  settings::Environment environment;
  std::shared_ptr<const settings::Definitions> definitions;

  // One writer at a time; held while the disk is waited for.
  std::mutex writing;
  settings::Layer environment_layer;
  settings::Layer file_layer;
  std::unique_ptr<settings::Store> store;  // null without a data directory
  std::optional<settings::Vault> vault;

  // Held for the copy of a pointer.
  mutable std::mutex swapping;
  std::shared_ptr<const State> state;

  [[nodiscard]] std::shared_ptr<const State> current() const;
  [[nodiscard]] Result<> open_store();
  // Environment and file anew, then publish(). Under `writing`, as all below.
  [[nodiscard]] Result<> read_layers();
  // Reads the store and makes the sum of all layers the current state.
  [[nodiscard]] Result<> publish();
  [[nodiscard]] Result<> must_have_store() const;

  // A definition that may be written to, or the refusal.
  [[nodiscard]] Result<const SettingDefinition*> writable(std::string_view key) const;
  // Writes and publishes. Rows of keys that have retired go with it.
  [[nodiscard]] Result<> write(const std::function<Result<>(settings::StoreTransaction&)>& body);
  [[nodiscard]] Result<> seal_setting(settings::StoreTransaction& transaction,
                                      const std::string& key, const Secret& secret);
  // Inserts a key, or replaces that of the same label where `replace`. Returns its id.
  [[nodiscard]] Result<std::int64_t> put_key(settings::StoreTransaction& transaction,
                                             const ApiKeyInfo& info, const Secret& secret,
                                             bool replace);
  // Both of the current state.
  [[nodiscard]] bool has_key(std::string_view provider, std::string_view label) const;
  [[nodiscard]] Result<ApiKeyInfo> info_of(std::int64_t id) const;
};

}  // namespace tollway
