// The secrets of the store: sealed where they are written, opened where they are read.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "settings/master_key_source.hpp"
#include "settings/snapshot_state.hpp"
#include "settings/store.hpp"

namespace tollway::settings {

// After which step of a rotation: what a crash there leaves behind is tried by a test.
enum class RotationStep : std::uint8_t { new_key_kept, resealed, committed, old_key_dropped };

// Not thread-safe.
class Vault {
 public:
  Vault(Store& store, MasterKeySource source) : store_(store), source_(std::move(source)) {}

  // What the store says. A value that its definition refuses, or a secret that cannot be opened,
  // is a warning and counts as unset; a master key that is not the store's is an error.
  [[nodiscard]] Result<Layer> read(const Definitions& definitions);

  // For Store::write(): the key to seal with. Makes the first one.
  [[nodiscard]] Result<const MasterKey*> key_for(StoreTransaction& transaction);

  // Seals everything anew under a new master key. Whenever it is killed, the source holds the key
  // that the store's secrets are sealed with: first both keys are kept, then the store changes in
  // one transaction, then the old key goes.
  [[nodiscard]] Result<> rotate(const std::function<void(RotationStep)>& after_step = {});

 private:
  // Of the keys that there are, after looking again where it is not among them.
  [[nodiscard]] Result<const MasterKey*> find(const std::string& id);
  [[nodiscard]] const MasterKey* known(const std::string& id) const;
  [[nodiscard]] std::unexpected<Error> wrong_key(const std::string& id) const;
  [[nodiscard]] Result<MasterKey> successor_of(const MasterKey& current) const;
  [[nodiscard]] Result<> drop_all_but(const MasterKey& current);

  Store& store_;
  MasterKeySource source_;
  std::vector<MasterKey> keys_;
};

}  // namespace tollway::settings
