#include "settings/vault.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace tollway::settings {
namespace {

constexpr int read_tries_max = 5;

struct Opener {
  const Definitions& definitions;
  const MasterKey* key;  // null where nothing is sealed
  const std::string& path;
  Layer layer;

  void setting(const StoredSetting& row) {
    const SettingDefinition* definition = definitions.find(row.key);
    if (definition == nullptr) return;  // Of a provider that is not there now.
    if (is_secret(*definition) == row.sealed.empty()) {
      layer.warnings.push_back(unusable(row.key, "is not what its definition says"));
      return;
    }
    std::optional<Secret> opened(std::in_place, row.text);
    if (!row.sealed.empty()) opened = key->open(row.sealed, {.setting = row.key});
    if (!opened) {
      layer.warnings.push_back(unusable(row.key, "cannot be decrypted: it was changed or moved"));
      return;
    }
    auto added = add(layer, *definition, opened->reveal(), SettingOrigin::store, path);
    if (!added) {
      layer.warnings.push_back(added.error().message);
      return;
    }
    layer.values.at(row.key).allow_private_address = row.allow_private_address;
  }

  void api_key(const StoredApiKey& row) {
    const std::string setting = api_key_setting(row.info.provider);
    auto opened = key->open(row.sealed, {.setting = setting, .api_key_id = row.info.id});
    if (!opened) {
      layer.warnings.push_back(
          unusable(setting, fmt::format("with the label \"{}\" cannot be decrypted: it was changed "
                                        "or moved",
                                        row.info.label)));
      // Listed, so that it can be removed, but of no use.
      opened.emplace();
    }
    ApiKey kept{.info = row.info,
                .key = std::move(*opened),
                .origin = SettingOrigin::store,
                .source = path};
    kept.info.last_four = kept.key.masked();
    layer.api_keys.push_back(std::move(kept));
  }

  [[nodiscard]] std::string unusable(std::string_view key_name, std::string_view why) const {
    return fmt::format("{}: {} {}; set it again", path, key_name, why);
  }
};

// One that cannot be opened would be lost for good, so nothing changes then.
std::unexpected<Error> unopened(const std::string& path, const std::string& setting) {
  return internal_error(fmt::format(
      "{}: {} cannot be decrypted: it was changed or moved; set it again or remove it, then rotate",
      path, setting));
}

Result<> reseal(StoreTransaction& transaction, const MasterKey& old, const MasterKey& next,
                const std::string& path) {
  const StoreContent content = transaction.read();
  for (StoredSetting row : content.settings) {
    if (row.sealed.empty()) continue;
    const SecretPlace place{.setting = row.key};
    const auto secret = old.open(row.sealed, place);
    if (!secret) return unopened(path, row.key);
    row.sealed = next.seal(*secret, place);
    transaction.put(row);
  }
  for (const StoredApiKey& row : content.api_keys) {
    const std::string setting = api_key_setting(row.info.provider);
    const SecretPlace place{.setting = setting, .api_key_id = row.info.id};
    const auto secret = old.open(row.sealed, place);
    if (!secret) return unopened(path, setting);
    transaction.seal(row.info.id, next.seal(*secret, place));
  }
  transaction.set_master_key_id(next.id());
  return {};
}

}  // namespace

const MasterKey* Vault::known(const std::string& id) const {
  for (const MasterKey& key : keys_) {
    if (key.id() == id) return &key;
  }
  return nullptr;
}

Result<const MasterKey*> Vault::find(const std::string& id) {
  if (const MasterKey* key = known(id)) return key;
  auto keys = source_.load();
  if (!keys) return std::unexpected(std::move(keys.error()));
  keys_ = std::move(*keys);
  return known(id);
}

std::unexpected<Error> Vault::wrong_key(const std::string& id) const {
  std::string held;
  for (const MasterKey& key : keys_) held += (held.empty() ? "" : ", ") + key.short_id();
  return internal_error(fmt::format(
      "the secrets in {} are encrypted with the master key {}..., and {} holds {}; give that key "
      "back (as TOLLWAY_MASTER_KEY, say), or move the database away and set the secrets anew",
      store_.path(), id.substr(0, 8), source_.name(), held.empty() ? "none" : held + " instead"));
}

Result<Layer> Vault::read(const Definitions& definitions) {
  Result<StoreContent> content;
  const MasterKey* key = nullptr;
  // A rotation in between leaves us with the content of before and the keys of after.
  for (int left = read_tries_max; left > 0; --left) {
    content = store_.read();
    if (!content) return std::unexpected(std::move(content.error()));
    if (!content->has_secrets()) break;
    auto found = find(content->master_key_id);
    if (!found) return std::unexpected(std::move(found.error()));
    key = *found;
    if (key != nullptr) break;
    if (left == 1) return wrong_key(content->master_key_id);
  }
  Opener opener{definitions, key, store_.path(), {}};
  for (const auto& row : content->settings) opener.setting(row);
  for (const auto& row : content->api_keys) opener.api_key(row);
  return std::move(opener.layer);
}

Result<const MasterKey*> Vault::key_for(StoreTransaction& transaction) {
  const StoreContent content = transaction.read();
  auto found = find(content.master_key_id);
  if (!found || *found != nullptr) return found;
  if (content.has_secrets()) return wrong_key(content.master_key_id);
  if (keys_.empty()) {
    auto made = source_.make_first();
    if (!made) return std::unexpected(std::move(made.error()));
    keys_.push_back(std::move(*made));
  }
  transaction.set_master_key_id(keys_.front().id());
  return &keys_.front();
}

Result<MasterKey> Vault::successor_of(const MasterKey& current) const {
  if (source_.can_replace()) return MasterKey::generate();
  if (keys_.front().id() != current.id()) return keys_.front().clone();
  return client_error(
      Errc::forbidden,
      fmt::format("the master key comes from {}, which Tollway cannot change. Make a key "
                  "(openssl rand -hex 32), put it there before the old one with a comma between "
                  "them, and rotate again; then take the old one away",
                  source_.name()));
}

Result<> Vault::drop_all_but(const MasterKey& current) {
  if (!source_.can_replace()) return {};
  // Under the lock, and only while ours is the store's key: another rotation may have begun.
  return store_.write([&](StoreTransaction& transaction) -> Result<> {
    if (transaction.read().master_key_id != current.id()) return {};
    return source_.replace({&current});
  });
}

Result<> Vault::rotate(const std::function<void(RotationStep)>& after_step) {
  const auto done = [&](RotationStep step) {
    if (after_step) after_step(step);
  };
  std::optional<MasterKey> next;
  auto changed = store_.write([&](StoreTransaction& transaction) -> Result<> {
    auto current = key_for(transaction);
    if (!current) return std::unexpected(std::move(current.error()));
    const MasterKey& old = **current;
    auto made = successor_of(old);
    if (!made) return std::unexpected(std::move(made.error()));
    next.emplace(std::move(*made));
    if (source_.can_replace()) {
      if (auto kept = source_.replace({&*next, &old}); !kept) return kept;
    }
    done(RotationStep::new_key_kept);
    auto sealed = reseal(transaction, old, *next, store_.path());
    if (sealed) done(RotationStep::resealed);
    return sealed;
  });
  if (!changed) return changed;
  done(RotationStep::committed);
  store_.checkpoint();
  if (auto dropped = drop_all_but(*next); !dropped) {
    log::warning("the master key was rotated, but the old one is still kept beside it: {}",
                 dropped.error().message);
  }
  done(RotationStep::old_key_dropped);
  keys_.clear();
  keys_.push_back(std::move(*next));
  return {};
}

}  // namespace tollway::settings
