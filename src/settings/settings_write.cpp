// Settings that are written one at a time.
#include <fmt/format.h>

#include "settings/settings_parts.hpp"
#include "settings/validate.hpp"

namespace tollway {

using settings::StoreTransaction;

namespace {

constexpr std::string_view default_label = "default";

bool has_retired(const ApiKeyInfo& info) {
  return info.retires_at && *info.retires_at <= std::chrono::system_clock::now();
}

}  // namespace

Result<const SettingDefinition*> Settings::Parts::writable(std::string_view key) const {
  const SettingDefinition* definition = definitions->find(key);
  if (definition == nullptr) return client_error(Errc::not_found, definitions->unknown(key));
  if (auto stored = must_have_store(); !stored) return std::unexpected(std::move(stored.error()));
  if (!definition->editable) {
    return client_error(Errc::forbidden, fmt::format("{} cannot be changed", definition->key));
  }
  const SettingsSnapshot now(current());
  if (now.is_locked(key)) {
    return client_error(Errc::forbidden, fmt::format("{} is fixed by {}; change it there, or take "
                                                     "it away there and set it here",
                                                     definition->key, now.source(key)));
  }
  return definition;
}

Result<> Settings::Parts::write(const std::function<Result<>(StoreTransaction&)>& body) {
  auto written = store->write([&](StoreTransaction& transaction) -> Result<> {
    for (const auto& row : transaction.read().api_keys) {
      if (has_retired(row.info)) transaction.erase(row.info.id);
    }
    return body(transaction);
  });
  if (!written) return written;
  return publish();
}

Result<> Settings::Parts::seal_setting(StoreTransaction& transaction, const std::string& key,
                                       const Secret& secret) {
  auto master = vault->key_for(transaction);
  if (!master) return std::unexpected(std::move(master.error()));
  transaction.put({.key = key,
                   .text = {},
                   .sealed = (*master)->seal(secret, {.setting = key}),
                   .allow_private_address = false});
  return {};
}

Result<> Settings::set(std::string_view key, std::string_view value, bool allow_private_address) {
  const std::scoped_lock lock(parts_->writing);
  auto writable = parts_->writable(key);
  if (!writable) return std::unexpected(std::move(writable.error()));
  const SettingDefinition& definition = **writable;
  auto valid = settings::validate(definition, value);
  if (!valid) return std::unexpected(std::move(valid.error()));
  if (definition.url && parts_->options.check_url) {
    auto checked = parts_->options.check_url(key, valid->text, allow_private_address);
    if (!checked) return checked;
  }
  const auto provider = settings::provider_of(key);
  if (!settings::is_secret(definition)) {
    return parts_->write([&](StoreTransaction& transaction) -> Result<> {
      transaction.put({.key = definition.key,
                       .text = valid->text,
                       .sealed = {},
                       .allow_private_address = allow_private_address});
      return {};
    });
  }
  const Secret secret(std::move(valid->text));
  return parts_->write([&](StoreTransaction& transaction) -> Result<> {
    if (provider.empty()) return parts_->seal_setting(transaction, definition.key, secret);
    ApiKeyInfo info;
    info.provider = provider;
    info.label = default_label;
    info.environment =
        parts_->options.deployment.empty() ? "production" : parts_->options.deployment;
    auto put = parts_->put_key(transaction, info, secret, true);
    if (!put) return std::unexpected(std::move(put.error()));
    return {};
  });
}

Result<> Settings::unset(std::string_view key) {
  const std::scoped_lock lock(parts_->writing);
  auto writable = parts_->writable(key);
  if (!writable) return std::unexpected(std::move(writable.error()));
  const auto provider = settings::provider_of(key);
  return parts_->write([&](StoreTransaction& transaction) -> Result<> {
    transaction.erase(key);
    for (const auto& row : transaction.read().api_keys) {
      if (row.info.provider == provider && row.info.label == default_label) {
        transaction.erase(row.info.id);
      }
    }
    return {};
  });
}

}  // namespace tollway
