#include "settings/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>

#include "settings/migrate.hpp"
#include "sqlite/database_file.hpp"

namespace tollway::settings {
namespace {

std::unexpected<Error> damaged(const std::string& path, std::string_view what) {
  return internal_error(fmt::format(
      "{} is damaged ({}); it was left as it is: put a backup back, or move it away with the files "
      "beside it that begin with its name, and set everything anew",
      path, what));
}

// What SQLite says is one of its fixed sentences: its longer messages may quote.
std::unexpected<Error> refuse(const Store::Options& options, const SQLite::Exception& failure) {
  const int code = failure.getErrorCode();
  const std::string_view says = sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(options.path, says);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      auto error = internal_error(
          fmt::format("{} was locked by another program for more than {} ms; try again",
                      options.path, options.lock_patience.count()));
      error.error().code = Errc::overloaded;
      error.error().retry = Retry::same;
      return error;
    }
    case SQLITE_FULL:
      return internal_error(
          fmt::format("{}: the disk is full; make room and try again", options.path));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return internal_error(fmt::format("{} cannot be written ({}); see who owns it and its folder",
                                        options.path, says));
    default:
      return internal_error(fmt::format("{}: {}", options.path, says));
  }
}

std::string integrity_of(SQLite::Database& database) {
  SQLite::Statement check(database, "PRAGMA integrity_check(1)");
  return check.executeStep() ? check.getColumn(0).getString() : "no answer";
}

}  // namespace

bool StoreContent::has_secrets() const {
  return !api_keys.empty() ||
         std::ranges::any_of(settings, [](const auto& row) { return !row.sealed.empty(); });
}

Store::Store(Options options, std::unique_ptr<SQLite::Database> database)
    : options_(std::move(options)), database_(std::move(database)) {}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(Options options) {
  if (auto made = sqlite::make_private(options.path); !made) return std::unexpected(made.error());
  try {
    auto database = std::make_unique<SQLite::Database>(
        options.path, SQLite::OPEN_READWRITE, static_cast<int>(options.lock_patience.count()));
    if (integrity_of(*database) != "ok") return damaged(options.path, "its pages do not agree");
    sqlite::use_write_ahead_log(*database, options.lock_patience);
    database->exec("PRAGMA synchronous = FULL");
    database->exec("PRAGMA secure_delete = ON");
    database->exec("PRAGMA trusted_schema = OFF");
    if (auto migrated = migrate(*database, options.path); !migrated) {
      return std::unexpected(migrated.error());
    }
    return std::unique_ptr<Store>(new Store(std::move(options), std::move(database)));
  } catch (const SQLite::Exception& failure) {
    return refuse(options, failure);
  }
}

Result<StoreContent> Store::read() {
  try {
    SQLite::Transaction snapshot(*database_);
    return StoreTransaction(*database_).read();
  } catch (const SQLite::Exception& failure) {
    return refuse(options_, failure);
  }
}

Result<> Store::write(const std::function<Result<>(StoreTransaction&)>& body) {
  try {
    SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    StoreTransaction open(*database_);
    if (auto done = body(open); !done) return done;
    transaction.commit();
    return {};
  } catch (const SQLite::Exception& failure) {
    return refuse(options_, failure);
  }
}

void Store::checkpoint() noexcept {
  sqlite3_wal_checkpoint_v2(database_->getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                            nullptr);
}

}  // namespace tollway::settings
