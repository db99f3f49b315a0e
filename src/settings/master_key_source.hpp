// Where the master key is from, and where a new one goes.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "settings/environment_layer.hpp"
#include "settings/master_key.hpp"

namespace tollway::settings {

// The first of these that there is: TOLLWAY_MASTER_KEY, the systemd credential tollway-master-key,
// the desktop's keyring where that was asked for, the file master.key in the data directory. Each
// may hold several keys: while the master key changes the old one stays beside the new one. Not
// thread-safe; what writes is called under the store's write lock, which spans processes.
class MasterKeySource {
 public:
  struct Options {
    Environment environment;
    std::string data_directory;
    bool use_desktop_keyring = false;
    std::chrono::milliseconds keyring_patience = std::chrono::seconds(60);  // it may ask a person
  };
  // Errors where a key is there and cannot be read or used; the keyring is not asked yet.
  [[nodiscard]] static Result<MasterKeySource> create(Options options);

  // All keys there are; none before the first use. Reads anew each time.
  [[nodiscard]] Result<std::vector<MasterKey>> load() const;
  // Makes the first key and keeps it. Never overwrites one.
  [[nodiscard]] Result<MasterKey> make_first() const;
  // Whether replace() can keep keys: environment and credential are another's to change.
  [[nodiscard]] bool can_replace() const noexcept;
  // Keeps these keys and no others; durable when it returns.
  [[nodiscard]] Result<> replace(const std::vector<const MasterKey*>& keys) const;
  // For messages: "TOLLWAY_MASTER_KEY", "/data/master.key".
  [[nodiscard]] std::string name() const;

 private:
  enum class Origin : std::uint8_t { environment, credential, keyring, file };

  explicit MasterKeySource(Options options) : options_(std::move(options)) {}
  [[nodiscard]] std::string credential_file() const;
  [[nodiscard]] std::string key_file() const { return options_.data_directory + "/master.key"; }
  [[nodiscard]] Result<std::vector<MasterKey>> parse(std::string_view text) const;
  [[nodiscard]] Result<std::vector<MasterKey>> load_file(const std::string& path,
                                                         bool owner_only) const;

  Options options_;
  Origin origin_ = Origin::file;
};

}  // namespace tollway::settings
