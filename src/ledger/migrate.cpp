#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "base/embedded_file.hpp"
#include "ledger/database.hpp"
#include "ledger/migrations.hpp"

namespace tollway::ledger {

// How many have been run stands in the database's own head, and changes with them.
Result<> migrate(Database& database) {
  const auto files = migrations();
  const int known = static_cast<int>(files.size());
  auto& handle = database.handle();
  const auto done = [&handle] { return handle.execAndGet("PRAGMA user_version").getInt(); };
  if (done() == known) return {};
  SQLite::Transaction transaction(handle, SQLite::TransactionBehavior::IMMEDIATE);
  const int before = done();
  if (before > known) {
    return internal_error(
        fmt::format("{} is of a newer Tollway (format {}, this one knows {}); run that one",
                    database.path(), before, known));
  }
  for (int number = before; number < known; ++number) {
    handle.exec(std::string(files[static_cast<std::size_t>(number)].text));
  }
  handle.exec(fmt::format("PRAGMA user_version = {}", known));
  transaction.commit();
  return {};
}

}  // namespace tollway::ledger
