// The database that settings are kept in: DATA/tollway.db.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "tollway/settings.hpp"

namespace SQLite {
class Database;
}

namespace tollway::settings {

struct StoredSetting {
  std::string key;
  std::string text;    // of what is no secret
  std::string sealed;  // of a secret
  bool allow_private_address = false;
};

struct StoredApiKey {
  ApiKeyInfo info;  // without last_four
  std::string sealed;
};

struct StoreContent {
  std::string master_key_id;  // empty before the first secret
  std::vector<StoredSetting> settings;
  std::vector<StoredApiKey> api_keys;

  [[nodiscard]] bool has_secrets() const;
};

// What happens inside Store::write(). Throws SQLite's exceptions, which write() catches.
class StoreTransaction {
 public:
  explicit StoreTransaction(SQLite::Database& database) : database_(database) {}

  [[nodiscard]] StoreContent read() const;
  void put(const StoredSetting& setting);
  void erase(std::string_view key);
  // Returns the id of the new row, whose sealed bytes are empty yet.
  [[nodiscard]] std::int64_t insert(const ApiKeyInfo& info);
  void seal(std::int64_t id, const std::string& sealed);
  void update(const ApiKeyInfo& info);  // all but provider and created_at
  void erase(std::int64_t id);
  void set_master_key_id(std::string_view id);

 private:
  SQLite::Database& database_;
};

// SQLite in WAL mode, mode 0600, each commit on the disk when it returns, deleted bytes
// overwritten. Several processes may have it open. Not thread-safe.
class Store {
 public:
  struct Options {
    std::string path;
    std::chrono::milliseconds lock_patience = std::chrono::seconds(5);  // for other writers
  };
  // Creates it where there is none and brings its tables up to date. A damaged file, or one of a
  // newer version, is an error that says what to do; it stays as it is.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(Options options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // All of it at one moment.
  [[nodiscard]] Result<StoreContent> read();
  // Holds the write lock, which spans processes, while `body` runs; commits where it succeeds.
  [[nodiscard]] Result<> write(const std::function<Result<>(StoreTransaction&)>& body);
  // Moves what other files of the database still hold of old pages into it.
  void checkpoint() noexcept;
  [[nodiscard]] const std::string& path() const noexcept { return options_.path; }

 private:
  Store(Options options, std::unique_ptr<SQLite::Database> database);
  Options options_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace tollway::settings
