#include "ledger/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/limits.hpp"
#include "ledger/appender.hpp"
#include "ledger/verifier.hpp"
#include "sqlite/database_file.hpp"

namespace tollway::ledger {
namespace {

// Triggers cost a third of the time that a row takes, and keep from nothing who only appends: none
// of the appender's statements can update, delete or replace what they are for. So this connection
// has them only while it gives something up.
void use_triggers(SQLite::Database& handle, bool use) {
  ::sqlite3_db_config(handle.getHandle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, use ? 1 : 0, nullptr);
}

Result<> check(Database& database) {
  std::error_code code;
  const auto bytes = std::filesystem::file_size(database.path(), code);
  if (!code && bytes > limits::ledger_checked_at_start_bytes_max) return {};
  const auto answer = database.handle().execAndGet("PRAGMA quick_check(1)").getString();
  if (answer != "ok") return database.damaged("its pages do not agree");
  return {};
}

}  // namespace

Store::Store(std::unique_ptr<Database> database, std::unique_ptr<Appender> appender)
    : database_(std::move(database)), appender_(std::move(appender)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(Options options) {
  if (auto made = sqlite::make_private(options.path); !made) return std::unexpected(made.error());
  std::unique_ptr<Database> database;
  try {
    database =
        std::make_unique<Database>(options.path, Database::Access::write, options.lock_patience);
  } catch (const SQLite::Exception& failure) {
    return internal_error(
        fmt::format("cannot open {}: {}", options.path, sqlite3_errstr(failure.getErrorCode())));
  }
  auto prepared = database->guarded([&]() -> Result<> {
    auto& handle = database->handle();
    database->configure();
    if (auto checked = check(*database); !checked) return checked;
    sqlite::use_write_ahead_log(handle, options.lock_patience);
    handle.exec("PRAGMA synchronous = FULL");
    return migrate(*database);
  });
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  std::unique_ptr<Appender> appender;
  auto tail = database->guarded([&]() -> Result<> {
    if (auto checked = check_newest_seals(*database); !checked) return checked;
    use_triggers(database->handle(), false);
    appender = std::make_unique<Appender>(*database);
    return {};
  });
  if (!tail) return std::unexpected(std::move(tail.error()));
  return std::unique_ptr<Store>(new Store(std::move(database), std::move(appender)));
}

Result<Store::Appended> Store::append(const Batch& batch) {
  return database_->guarded([&]() -> Result<Appended> {
    SQLite::Transaction transaction(database_->handle(), SQLite::TransactionBehavior::IMMEDIATE);
    appender_->begin();
    for (const auto& record : batch.open) appender_->keep_open(record);
    for (const auto& record : batch.settled) appender_->add(record);
    const Appended appended = appender_->finish();
    transaction.commit();
    return appended;
  });
}

Result<std::size_t> Store::settle_interrupted() {
  return database_->guarded([&]() -> Result<std::size_t> {
    SQLite::Transaction transaction(database_->handle(), SQLite::TransactionBehavior::IMMEDIATE);
    appender_->begin();
    appender_->settle_open();
    appender_->finish_requests();
    const auto rows = appender_->finish().rows;
    transaction.commit();
    return rows;
  });
}

namespace {

// Seals of ledgers that kept them all go by and by.
constexpr int seals_a_step = 50'000;

struct Retirement {
  std::int64_t seal = 0;
  std::int64_t last_seq = 0;
  std::int64_t newest_at = 0;  // of all that was given up, and of this
};

// Up to the seal before the first that holds anything younger.
std::optional<Retirement> next_retirement(SQLite::Database& handle, std::int64_t before_ms,
                                          std::int64_t rows_max) {
  SQLite::Statement newest(handle,
                           "SELECT coalesce(max(seal), 0), coalesce(max(last_seq), 0), "
                           "coalesce(max(at), -1) FROM retirements");
  newest.executeStep();
  const std::int64_t given_up = newest.getColumn(1).getInt64();
  std::int64_t newest_at = newest.getColumn(2).getInt64();
  SQLite::Statement seal(
      handle, "SELECT number, last_seq, last_at FROM seals WHERE number > ? ORDER BY number");
  seal.bind(1, newest.getColumn(0).getInt64());
  std::optional<Retirement> found;
  while (seal.executeStep() && seal.getColumn(2).getInt64() < before_ms) {
    const std::int64_t last_seq = seal.getColumn(1).getInt64();
    if (found && last_seq - given_up > rows_max) break;
    newest_at = std::max(newest_at, seal.getColumn(2).getInt64());
    found = {.seal = seal.getColumn(0).getInt64(), .last_seq = last_seq, .newest_at = newest_at};
  }
  return found;
}

// Returns how many attempts are gone. Of seals and retirements the last one stays, as the chain
// begins with it.
int give_up(SQLite::Database& handle, const Retirement& retirement) {
  SQLite::Statement insert(handle, "INSERT INTO retirements (seal, last_seq, at) VALUES (?, ?, ?)");
  insert.bind(1, retirement.seal);
  insert.bind(2, retirement.last_seq);
  insert.bind(3, retirement.newest_at);
  insert.exec();
  const auto remove = [&](const char* sql, std::int64_t until) {
    SQLite::Statement statement(handle, sql);
    statement.bind(1, until);
    return statement.exec();
  };
  const int gone = remove("DELETE FROM attempts WHERE seq <= ?", retirement.last_seq);
  remove("DELETE FROM requests WHERE last_seq <= ?", retirement.last_seq);
  remove("DELETE FROM retirements WHERE seal < ?", retirement.seal);
  SQLite::Statement seals(handle,
                          "DELETE FROM seals WHERE number < ?1 AND number < (SELECT min(number) "
                          "FROM seals) + ?2");
  seals.bind(1, retirement.seal);
  seals.bind(2, seals_a_step);
  seals.exec();
  return gone;
}

}  // namespace

Result<std::size_t> Store::retire(std::chrono::system_clock::time_point before,
                                  std::int64_t rows_max) {
  using std::chrono::milliseconds;
  const std::int64_t before_ms =
      std::chrono::duration_cast<milliseconds>(before.time_since_epoch()).count();
  return database_->guarded([&]() -> Result<std::size_t> {
    auto& handle = database_->handle();
    SQLite::Transaction transaction(handle, SQLite::TransactionBehavior::IMMEDIATE);
    const auto next = next_retirement(handle, before_ms, rows_max);
    if (!next) return std::size_t{0};
    use_triggers(handle, true);
    const int gone = give_up(handle, *next);
    use_triggers(handle, false);
    transaction.commit();
    return static_cast<std::size_t>(gone);
  });
}

Result<Store::Verified> Store::verify() {
  return database_->guarded([&]() -> Result<Verified> {
    SQLite::Transaction snapshot(database_->handle());
    return Verifier(*database_).run();
  });
}

}  // namespace tollway::ledger
