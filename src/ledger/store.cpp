#include "ledger/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <optional>

#include "base/limits.hpp"
#include "ledger/appender.hpp"
#include "ledger/verifier.hpp"
#include "sqlite/database_file.hpp"

namespace tollway::ledger {
namespace {

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

struct Retirement {
  std::int64_t seal = 0;
  std::int64_t last_seq = 0;
};

// Up to the seal before the first that holds anything younger.
std::optional<Retirement> next_retirement(SQLite::Database& handle, std::int64_t before_ms,
                                          std::int64_t rows_max) {
  SQLite::Statement newest(
      handle, "SELECT coalesce(max(seal), 0), coalesce(max(last_seq), 0) FROM retirements");
  newest.executeStep();
  const std::int64_t given_up = newest.getColumn(1).getInt64();
  SQLite::Statement seal(
      handle, "SELECT number, last_seq, last_at FROM seals WHERE number > ? ORDER BY number");
  seal.bind(1, newest.getColumn(0).getInt64());
  std::optional<Retirement> found;
  while (seal.executeStep() && seal.getColumn(2).getInt64() < before_ms) {
    const Retirement next{.seal = seal.getColumn(0).getInt64(),
                          .last_seq = seal.getColumn(1).getInt64()};
    if (found && next.last_seq - given_up > rows_max) break;
    found = next;
  }
  return found;
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
    SQLite::Statement retirement(handle,
                                 "INSERT INTO retirements (seal, last_seq, at) VALUES (?, ?, ?)");
    retirement.bind(1, next->seal);
    retirement.bind(2, next->last_seq);
    retirement.bind(3, before_ms);
    retirement.exec();
    SQLite::Statement attempts(handle, "DELETE FROM attempts WHERE seq <= ?");
    attempts.bind(1, next->last_seq);
    const int gone = attempts.exec();
    SQLite::Statement requests(handle, "DELETE FROM requests WHERE last_seq <= ?");
    requests.bind(1, next->last_seq);
    requests.exec();
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
