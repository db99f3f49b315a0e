// A provider's API keys.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "settings/settings_parts.hpp"
#include "settings/validate.hpp"

namespace tollway {

using settings::ApiKey;
using settings::StoredApiKey;
using settings::StoreTransaction;

namespace {

constexpr int weight_max = 1000;
constexpr std::size_t label_bytes_max = 64;
constexpr std::size_t keys_max = 100;  // of one provider
constexpr auto grace_max = std::chrono::hours(24 * 366);

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max &&
         std::ranges::all_of(label, [](char byte) { return byte >= 0x20 && byte < 0x7f; });
}

Result<> check(const ApiKeyInfo& info) {
  if (!is_label(info.label)) {
    return client_error(Errc::bad_request,
                        "a key's label is 1 to 64 printable ASCII characters; choose another");
  }
  if (!settings::is_deployment(info.environment)) {
    return client_error(Errc::bad_request,
                        fmt::format("a key's environment is {}; expected development, staging or "
                                    "production",
                                    settings::shown(info.environment)));
  }
  if (info.weight < 1 || info.weight > weight_max) {
    return client_error(Errc::bad_request, fmt::format("a key's weight is {}; expected 1 to {}",
                                                       info.weight, weight_max));
  }
  return {};
}

const StoredApiKey* find(const settings::StoreContent& content, std::string_view provider,
                         std::string_view label) {
  const auto found = std::ranges::find_if(content.api_keys, [&](const StoredApiKey& row) {
    return row.info.provider == provider && row.info.label == label;
  });
  return found == content.api_keys.end() ? nullptr : &*found;
}

std::unexpected<Error> no_such_key(std::string_view provider, std::string_view label) {
  return client_error(Errc::not_found,
                      fmt::format("{} has no key with the label {}; list the keys to see which "
                                  "there are",
                                  provider, settings::shown(label)));
}

Result<Secret> trimmed(const SettingDefinition& definition, const Secret& key) {
  auto valid = settings::validate(definition, key.reveal());
  if (!valid) return std::unexpected(std::move(valid.error()));
  return Secret(std::move(valid->text));
}

// A label for what a rotation replaces, of which there may be several.
std::string label_of_retiring(const settings::StoreContent& content, const ApiKeyInfo& info) {
  const auto label = info.label.substr(0, label_bytes_max - 24);
  auto retiring = fmt::format("{} (until rotated)", label);
  for (int number = 2; find(content, info.provider, retiring) != nullptr; ++number) {
    retiring = fmt::format("{} (until rotated {})", label, number);
  }
  return retiring;
}

}  // namespace

Result<std::int64_t> Settings::Parts::put_key(StoreTransaction& transaction,
                                              const ApiKeyInfo& given, const Secret& secret,
                                              bool replace) {
  auto master = vault->key_for(transaction);
  if (!master) return std::unexpected(std::move(master.error()));
  const auto content = transaction.read();
  if (std::ranges::count(content.api_keys, given.provider, [](const StoredApiKey& row) {
        return row.info.provider;
      }) >= static_cast<std::ptrdiff_t>(keys_max)) {
    return client_error(Errc::bad_request, fmt::format("{} has {} keys, which is the most; remove "
                                                       "one",
                                                       given.provider, keys_max));
  }
  ApiKeyInfo info = given;
  info.created_at = std::chrono::system_clock::now();
  if (const auto* there = find(content, info.provider, info.label)) {
    if (!replace) {
      return client_error(Errc::bad_request,
                          fmt::format("{} has a key with the label {} already; rotate that one, or "
                                      "choose another label",
                                      info.provider, settings::shown(info.label)));
    }
    info.environment = there->info.environment;
    info.weight = there->info.weight;
    transaction.erase(there->info.id);
  }
  info.id = transaction.insert(info);
  const std::string setting = settings::api_key_setting(info.provider);
  transaction.seal(info.id, (*master)->seal(secret, {.setting = setting, .api_key_id = info.id}));
  return info.id;
}

bool Settings::Parts::has_key(std::string_view provider, std::string_view label) const {
  return std::ranges::any_of(current()->stored_keys, [&](const ApiKey& key) {
    return key.info.provider == provider && key.info.label == label;
  });
}

Result<ApiKeyInfo> Settings::Parts::info_of(std::int64_t id) const {
  const auto now = current();
  for (const ApiKey& key : now->stored_keys) {
    if (key.info.id == id) return key.info;
  }
  return internal_error("a key that was just stored is not there; another program took it away");
}

Result<ApiKeyInfo> Settings::add_key(NewKey key) {
  const std::scoped_lock lock(parts_->writing);
  ApiKeyInfo info;
  info.provider = std::move(key.provider);
  info.label = key.label.empty() ? "default" : std::move(key.label);
  info.environment = std::move(key.environment);
  info.weight = key.weight;
  auto writable = parts_->writable(settings::api_key_setting(info.provider));
  if (!writable) return std::unexpected(std::move(writable.error()));
  if (auto checked = check(info); !checked) return std::unexpected(std::move(checked.error()));
  auto secret = trimmed(**writable, key.key);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto written = parts_->write([&](StoreTransaction& transaction) -> Result<> {
    auto put = parts_->put_key(transaction, info, *secret, false);
    if (!put) return std::unexpected(std::move(put.error()));
    info.id = *put;
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  return parts_->info_of(info.id);
}

Result<std::vector<ApiKeyInfo>> Settings::keys(std::string_view provider) const {
  const auto now = parts_->current();
  std::vector<ApiKeyInfo> rows;
  const auto add = [&](const ApiKey& key) {
    const auto& retires = key.info.retires_at;
    if (retires && *retires <= std::chrono::system_clock::now()) return;
    if (provider.empty() || key.info.provider == provider) rows.push_back(key.info);
  };
  for (const auto& [name, keys] : now->api_keys) {
    for (const ApiKey& key : keys) {
      if (key.origin != SettingOrigin::store) add(key);
    }
  }
  for (const ApiKey& key : now->stored_keys) add(key);
  std::ranges::sort(rows, {},
                    [](const ApiKeyInfo& info) { return std::tie(info.provider, info.label); });
  return rows;
}

Result<> Settings::remove_key(std::string_view provider, std::string_view label) {
  const std::scoped_lock lock(parts_->writing);
  if (auto stored = parts_->must_have_store(); !stored) return stored;
  const SettingsSnapshot now(parts_->current());
  const auto setting = settings::api_key_setting(provider);
  if (now.is_locked(setting) && now.source(setting) == label) {
    return client_error(Errc::forbidden,
                        fmt::format("this key of {} is set by {}; take it away there", provider,
                                    now.source(setting)));
  }
  return parts_->write([&](StoreTransaction& transaction) -> Result<> {
    const auto content = transaction.read();
    const auto* there = find(content, provider, label);
    if (there == nullptr) return no_such_key(provider, label);
    transaction.erase(there->info.id);
    return {};
  });
}

Result<ApiKeyInfo> Settings::rotate_key(std::string_view provider, std::string_view label,
                                        Secret new_key,
                                        const std::function<Result<>(const Secret&)>& verify,
                                        std::chrono::seconds grace) {
  if (grace.count() < 0 || grace > grace_max) {
    return client_error(Errc::bad_request,
                        "the grace period is out of range; expected 0 seconds to a year");
  }
  const auto definition = [&] {
    const std::scoped_lock lock(parts_->writing);
    return parts_->writable(settings::api_key_setting(provider));
  }();
  if (!definition) return std::unexpected(definition.error());
  auto secret = trimmed(**definition, new_key);
  if (!secret) return std::unexpected(std::move(secret.error()));
  if (!parts_->has_key(provider, label)) return no_such_key(provider, label);
  // Without a lock: it may ask the provider.
  if (verify) {
    if (auto verified = verify(*secret); !verified) return std::unexpected(verified.error());
  }
  const std::scoped_lock lock(parts_->writing);
  std::int64_t id = 0;
  auto written = parts_->write([&](StoreTransaction& transaction) -> Result<> {
    const auto content = transaction.read();
    const auto* there = find(content, provider, label);
    if (there == nullptr) return no_such_key(provider, label);
    ApiKeyInfo next = there->info;
    ApiKeyInfo old = there->info;
    next.retires_at.reset();
    old.label = label_of_retiring(content, old);
    old.retires_at = std::chrono::system_clock::now() + grace;
    if (grace.count() == 0) {
      transaction.erase(old.id);
    } else {
      transaction.update(old);
    }
    auto put = parts_->put_key(transaction, next, *secret, false);
    if (!put) return std::unexpected(std::move(put.error()));
    id = *put;
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  return parts_->info_of(id);
}

}  // namespace tollway
