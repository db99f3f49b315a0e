#include "settings/migrate.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <chrono>

namespace tollway::settings {
namespace {

int newest(SQLite::Database& database) {
  if (!database.tableExists("settings_migrations")) return 0;
  return database.execAndGet("SELECT coalesce(max(number), 0) FROM settings_migrations").getInt();
}

void run(SQLite::Database& database, const EmbeddedFile& file, int number) {
  database.exec(std::string(file.text));
  SQLite::Statement done(
      database, "INSERT INTO settings_migrations (number, name, done_at) VALUES (?, ?, ?)");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  done.bind(1, number);
  done.bind(2, std::string(file.name));
  done.bind(3, static_cast<std::int64_t>(
                   std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
  done.exec();
}

}  // namespace

Result<> migrate(SQLite::Database& database, const std::string& path) {
  const auto files = migrations();
  const int known = static_cast<int>(files.size());
  if (newest(database) == known) return {};  // Nobody waits for the lock in vain.
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec(
      "CREATE TABLE IF NOT EXISTS settings_migrations (number INTEGER NOT NULL PRIMARY KEY, name "
      "TEXT NOT NULL, done_at INTEGER NOT NULL) STRICT");
  const int done = newest(database);
  if (done > known) {
    return internal_error(
        fmt::format("{} is of a newer Tollway (format {}, this one knows {}); run that one", path,
                    done, known));
  }
  for (int number = done + 1; number <= known; ++number) {
    run(database, files[static_cast<std::size_t>(number - 1)], number);
  }
  transaction.commit();
  return {};
}

}  // namespace tollway::settings
