#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

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

std::string tables_in(SQLite::Database& handle) {
  SQLite::Statement rows(handle,
                         "SELECT sql FROM sqlite_schema WHERE type = 'table' "
                         "AND name NOT LIKE 'sqlite_%' ORDER BY name");
  std::string all;
  while (rows.executeStep()) all += rows.getColumn(0).getString() + ";\n";
  return all;
}

// What a ledger of that format has.
std::string tables_of(int format) {
  SQLite::Database empty(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int number = 0; number < format; ++number) run(empty, number);
  return tables_in(empty);
}

}  // namespace

Result<> check_tables(Database& database) {
  auto& handle = database.handle();
  if (tables_in(handle) == tables_of(format_of(handle))) return {};
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
  if (format_of(handle) == known) return check_tables(database);
  SQLite::Transaction transaction(handle, SQLite::TransactionBehavior::IMMEDIATE);
  const int before = format_of(handle);
  if (before > known) {
    return internal_error(
        fmt::format("{} is of a newer Tollway (format {}, this one knows {}); run that one",
                    database.path(), before, known));
  }
  if (auto checked = check_tables(database); !checked) return checked;
  for (int number = before; number < known; ++number) run(handle, number);
  handle.exec(fmt::format("PRAGMA user_version = {}", known));
  transaction.commit();
  return {};
}

}  // namespace tollway::ledger
