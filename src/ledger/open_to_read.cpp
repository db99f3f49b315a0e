#include "ledger/open_to_read.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "ledger/migrations.hpp"

namespace tollway::ledger {
namespace {

constexpr auto lock_patience = std::chrono::seconds(5);

}  // namespace

Result<std::unique_ptr<Database>> open_to_read(std::string path) {
  std::unique_ptr<Database> database;
  try {
    database = std::make_unique<Database>(std::move(path), Database::Access::read, lock_patience);
  } catch (const SQLite::Exception& failure) {
    return internal_error(fmt::format("there is no ledger to read ({}); `tollway serve` makes one",
                                      sqlite3_errstr(failure.getErrorCode())));
  }
  auto checked = database->guarded([&]() -> Result<> {
    database->configure();
    const int format = database->handle().execAndGet("PRAGMA user_version").getInt();
    const int known = static_cast<int>(migrations().size());
    if (format == known) return check_tables(*database);
    return internal_error(
        fmt::format("{} is of another version of Tollway (format {}, this one knows {}); {}",
                    database->path(), format, known,
                    format < known ? "`tollway serve` brings it up to date" : "run that version"));
  });
  if (!checked) return std::unexpected(std::move(checked.error()));
  return database;
}

}  // namespace tollway::ledger
