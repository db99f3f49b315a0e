#include "tollway/settings.hpp"

#include <fmt/format.h>

#include "settings/private_file.hpp"
#include "settings/settings_parts.hpp"
#include "settings/toml_layer.hpp"
#include "settings/validate.hpp"

namespace tollway {

using settings::StoreTransaction;

std::shared_ptr<const SettingsSnapshot::State> Settings::Parts::current() const {
  const std::scoped_lock lock(swapping);
  return state;
}

Result<> Settings::Parts::open_store() {
  if (options.data_directory.empty()) return {};
  auto folder = settings::create_private_folder(options.data_directory);
  if (!folder) return folder;
  auto source =
      settings::MasterKeySource::create({.environment = environment,
                                         .data_directory = options.data_directory,
                                         .use_desktop_keyring = options.use_desktop_keyring});
  if (!source) return std::unexpected(std::move(source.error()));
  auto opened = settings::Store::open({.path = options.data_directory + "/tollway.db"});
  if (!opened) return std::unexpected(std::move(opened.error()));
  store = std::move(*opened);
  vault.emplace(*store, std::move(*source));
  return {};
}

Result<> Settings::Parts::read_layers() {
  auto from_environment = settings::environment_layer(*definitions, environment);
  if (!from_environment) return std::unexpected(std::move(from_environment.error()));
  settings::Layer from_file;
  if (!options.config_file.empty()) {
    auto read = settings::read_toml_layer(*definitions, options.config_file);
    if (!read) return std::unexpected(std::move(read.error()));
    from_file = std::move(*read);
  }
  std::swap(environment_layer, *from_environment);
  std::swap(file_layer, from_file);
  auto published = publish();
  if (!published) {
    std::swap(environment_layer, *from_environment);
    std::swap(file_layer, from_file);
  }
  return published;
}

Result<> Settings::Parts::publish() {
  settings::Layer stored;
  if (vault) {
    auto read = vault->read(*definitions);
    if (!read) return std::unexpected(std::move(read.error()));
    stored = std::move(*read);
  }
  auto next = State::from_layers(definitions, {&environment_layer, &file_layer, &stored},
                                 options.deployment);
  const std::scoped_lock lock(swapping);
  state.swap(next);
  return {};
}

Result<> Settings::Parts::must_have_store() const {
  if (store) return {};
  return client_error(Errc::not_configured,
                      "there is no data directory to keep settings in; name one (TOLLWAY_DATA)");
}

Settings::Settings(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Settings::~Settings() = default;

Result<std::shared_ptr<Settings>> Settings::open(Options options) {
  auto definitions = settings::Definitions::with(options.definitions);
  if (!definitions) return std::unexpected(std::move(definitions.error()));
  if (!options.deployment.empty() && !settings::is_deployment(options.deployment)) {
    return client_error(Errc::bad_request,
                        fmt::format("the deployment is {}; expected development, staging or "
                                    "production",
                                    settings::shown(options.deployment)));
  }
  auto parts = std::make_unique<Parts>();
  parts->environment = options.environment ? options.environment : settings::process_environment();
  parts->definitions = std::move(*definitions);
  parts->options = std::move(options);
  if (auto opened = parts->open_store(); !opened) return std::unexpected(opened.error());
  if (auto read = parts->read_layers(); !read) return std::unexpected(read.error());
  return std::shared_ptr<Settings>(new Settings(std::move(parts)));
}

SettingsSnapshot Settings::snapshot() const {
  return SettingsSnapshot(parts_->current());
}

SettingOrigin Settings::origin(std::string_view key) const {
  return snapshot().origin(key);
}

std::vector<const SettingDefinition*> Settings::definitions() const {
  std::vector<const SettingDefinition*> rows;
  for (const auto& row : parts_->definitions->rows()) rows.push_back(&row);
  return rows;
}

const SettingDefinition* Settings::definition(std::string_view key) const {
  return parts_->definitions->find(key);
}

Result<> Settings::reload() {
  const std::scoped_lock lock(parts_->writing);
  return parts_->read_layers();
}

Result<> Settings::rotate_master_key() {
  const std::scoped_lock lock(parts_->writing);
  if (auto stored = parts_->must_have_store(); !stored) return stored;
  if (auto rotated = parts_->vault->rotate(); !rotated) return rotated;
  return parts_->publish();
}

}  // namespace tollway
