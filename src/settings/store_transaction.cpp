#include <SQLiteCpp/SQLiteCpp.h>

#include "settings/store.hpp"

namespace tollway::settings {
namespace {

using Time = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;

std::int64_t to_ms(Time time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}
Time from_ms(std::int64_t ms) {
  return Time(milliseconds(ms));
}

std::string bytes_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

void bind_bytes(SQLite::Statement& statement, int at, const std::string& bytes) {
  statement.bind(at, bytes.data(), static_cast<int>(bytes.size()));
}

void bind_time(SQLite::Statement& statement, int at, const std::optional<Time>& time) {
  if (time) {
    statement.bind(at, to_ms(*time));
  } else {
    statement.bind(at);
  }
}

StoredApiKey api_key_of(SQLite::Statement& row) {
  StoredApiKey key;
  key.info.id = row.getColumn(0).getInt64();
  key.info.provider = row.getColumn(1).getString();
  key.info.label = row.getColumn(2).getString();
  key.info.environment = row.getColumn(3).getString();
  key.info.weight = row.getColumn(4).getInt();
  key.sealed = bytes_of(row.getColumn(5));
  key.info.created_at = from_ms(row.getColumn(6).getInt64());
  if (!row.getColumn(7).isNull()) key.info.retires_at = from_ms(row.getColumn(7).getInt64());
  return key;
}

}  // namespace

StoreContent StoreTransaction::read() const {
  StoreContent content;
  SQLite::Statement master(database_, "SELECT id FROM master_key");
  if (master.executeStep()) content.master_key_id = master.getColumn(0).getString();
  SQLite::Statement settings(
      database_, "SELECT key, value, sealed, allow_private_address FROM settings ORDER BY key");
  while (settings.executeStep()) {
    content.settings.push_back({.key = settings.getColumn(0).getString(),
                                .text = settings.getColumn(1).getString(),
                                .sealed = bytes_of(settings.getColumn(2)),
                                .allow_private_address = settings.getColumn(3).getInt() != 0});
  }
  SQLite::Statement keys(database_,
                         "SELECT id, provider, label, environment, weight, sealed, created_at, "
                         "retires_at FROM api_keys ORDER BY provider, label");
  while (keys.executeStep()) content.api_keys.push_back(api_key_of(keys));
  return content;
}

void StoreTransaction::put(const StoredSetting& setting) {
  SQLite::Statement statement(
      database_,
      "INSERT OR REPLACE INTO settings (key, value, sealed, allow_private_address, updated_at) "
      "VALUES (?, ?, ?, ?, ?)");
  statement.bind(1, setting.key);
  if (setting.sealed.empty()) {
    statement.bind(2, setting.text);
  } else {
    bind_bytes(statement, 3, setting.sealed);
  }
  statement.bind(4, setting.allow_private_address ? 1 : 0);
  statement.bind(5, to_ms(std::chrono::system_clock::now()));
  statement.exec();
}

void StoreTransaction::erase(std::string_view key) {
  SQLite::Statement statement(database_, "DELETE FROM settings WHERE key = ?");
  statement.bind(1, std::string(key));
  statement.exec();
}

std::int64_t StoreTransaction::insert(const ApiKeyInfo& info) {
  SQLite::Statement statement(
      database_,
      "INSERT INTO api_keys (provider, label, environment, weight, sealed, created_at, retires_at) "
      "VALUES (?, ?, ?, ?, x'', ?, ?)");
  statement.bind(1, info.provider);
  statement.bind(2, info.label);
  statement.bind(3, info.environment);
  statement.bind(4, info.weight);
  statement.bind(5, to_ms(info.created_at));
  bind_time(statement, 6, info.retires_at);
  statement.exec();
  return database_.getLastInsertRowid();
}

void StoreTransaction::seal(std::int64_t id, const std::string& sealed) {
  SQLite::Statement statement(database_, "UPDATE api_keys SET sealed = ? WHERE id = ?");
  bind_bytes(statement, 1, sealed);
  statement.bind(2, id);
  statement.exec();
}

void StoreTransaction::update(const ApiKeyInfo& info) {
  SQLite::Statement statement(
      database_,
      "UPDATE api_keys SET label = ?, environment = ?, weight = ?, retires_at = ? WHERE id = ?");
  statement.bind(1, info.label);
  statement.bind(2, info.environment);
  statement.bind(3, info.weight);
  bind_time(statement, 4, info.retires_at);
  statement.bind(5, info.id);
  statement.exec();
}

void StoreTransaction::erase(std::int64_t id) {
  SQLite::Statement statement(database_, "DELETE FROM api_keys WHERE id = ?");
  statement.bind(1, id);
  statement.exec();
}

void StoreTransaction::set_master_key_id(std::string_view id) {
  SQLite::Statement statement(database_,
                              "INSERT OR REPLACE INTO master_key (one, id) VALUES (1, ?)");
  statement.bind(1, std::string(id));
  statement.exec();
}

}  // namespace tollway::settings
