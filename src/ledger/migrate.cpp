#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <string>

#include "base/embedded_file.hpp"
#include "ledger/database.hpp"
#include "ledger/migrations.hpp"

namespace tollway::ledger {
namespace {

int format_of(SQLite::Database& handle) {
  return handle.execAndGet("PRAGMA user_version").getInt();
}

void run(SQLite::Database& handle, int number) {
  handle.exec(std::string(migrations()[static_cast<std::size_t>(number)].text));
}

// Their SQL by their names.
using Definitions = std::map<std::string, std::string>;

Definitions all_in(SQLite::Database& handle, const std::string& type) {
  SQLite::Statement rows(handle,
                         "SELECT name, sql FROM sqlite_schema WHERE type = ? "
                         "AND name NOT LIKE 'sqlite_%'");
  rows.bind(1, type);
  Definitions all;
  while (rows.executeStep()) {
    all.emplace(rows.getColumn(0).getString(), rows.getColumn(1).getString());
  }
  return all;
}

// What a ledger of that format has.
Definitions all_of(int format, const std::string& type) {
  SQLite::Database empty(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int number = 0; number < format; ++number) run(empty, number);
  return all_in(empty, type);
}

Result<> check_triggers(Database& database) {
  const std::string wrong = wrong_triggers(database);
  if (wrong.empty()) return {};
  return internal_error(fmt::format(
      "somebody has changed the triggers of {} ({}), which keep its rows as they were written; it "
      "was left as it is: `tollway ledger verify` tells whether rows were changed, too; put a "
      "backup of it back, or move it away with the files that begin with its name to start an "
      "empty one",
      database.path(), wrong));
}

}  // namespace

std::string wrong_triggers(Database& database) {
  auto& handle = database.handle();
  auto found = all_in(handle, "trigger");
  std::set<std::string> wrong;
  for (const auto& [name, sql] : all_of(format_of(handle), "trigger")) {
    const auto same = found.find(name);
    if (same == found.end() || same->second != sql) {
      wrong.insert(name);
    } else {
      found.erase(same);
    }
  }
  for (const auto& [name, sql] : found) wrong.insert(name);
  return fmt::format("{}", fmt::join(wrong, ", "));
}

Result<> check_tables(Database& database) {
  auto& handle = database.handle();
  if (all_in(handle, "table") == all_of(format_of(handle), "table")) return {};
  return internal_error(fmt::format(
      "{} has other tables than any Tollway that was released; it was left as it is: read it with "
      "the version that wrote it, or move it away with the files that begin with its name to start "
      "an empty one",
      database.path()));
}

// How many have been run stands in the database's own head, and changes with them.
Result<> migrate(Database& database) {
  const int known = static_cast<int>(migrations().size());
  auto& handle = database.handle();
  if (format_of(handle) == known) {
    if (auto checked = check_tables(database); !checked) return checked;
    return check_triggers(database);
  }
  SQLite::Transaction transaction(handle, SQLite::TransactionBehavior::IMMEDIATE);
  const int before = format_of(handle);
  if (before > known) {
    return internal_error(
        fmt::format("{} is of a newer Tollway (format {}, this one knows {}); run that one",
                    database.path(), before, known));
  }
  if (auto checked = check_tables(database); !checked) return checked;
  if (auto checked = check_triggers(database); !checked) return checked;
  for (int number = before; number < known; ++number) run(handle, number);
  handle.exec(fmt::format("PRAGMA user_version = {}", known));
  transaction.commit();
  return {};
}

}  // namespace tollway::ledger
