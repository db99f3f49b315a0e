#include "ledger/database.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sqlite3.h>

#include <bit>

#include "base/limits.hpp"

namespace tollway::ledger {
namespace {

constexpr std::int64_t cache_kib = 16 * 1024;

// One thread at a time has a connection, so that SQLite need not lock it at every call.
int flags_of(Database::Access access) {
  return SQLite::OPEN_NOMUTEX |
         (access == Database::Access::read ? SQLite::OPEN_READONLY
                                           : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

std::unexpected<Error> failure(Retry retry, std::string message) {
  auto error = internal_error(std::move(message));
  error.error().code = retry == Retry::same ? Errc::overloaded : Errc::internal;
  error.error().retry = retry;
  return error;
}

}  // namespace

Database::Database(std::string path, Access access, std::chrono::milliseconds lock_patience)
    : path_(std::move(path)),
      database_(path_, flags_of(access), static_cast<int>(lock_patience.count())) {}

void Database::configure() {
  database_.exec(fmt::format("PRAGMA cache_size = -{}", cache_kib));
  database_.exec("PRAGMA trusted_schema = OFF");
}

std::unexpected<Error> Database::damaged(std::string_view what) const {
  return failure(Retry::never,
                 fmt::format("the ledger {} is damaged ({}); it was left as it is, and so was the "
                             "journal beside it: put a backup of it back, or move it away with the "
                             "files that begin with its name to start an empty one",
                             path_, what));
}

std::unexpected<Error> Database::refuse(int code, int extended_code) const {
  const char* const says = sqlite3_errstr(extended_code);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(says);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failure(Retry::same, "another program keeps the ledger's database locked");
    case SQLITE_FULL:
      return failure(Retry::same, "the disk is full");
    case SQLITE_NOMEM:
      return failure(Retry::same, "there is no memory");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return failure(
          Retry::same,
          fmt::format("{} cannot be written ({}); see who owns it and its folder", path_, says));
    case SQLITE_IOERR:
      // A write beyond a limit, or for want of room, is no broken disk.
      if (extended_code == SQLITE_IOERR_NOMEM) {
        return failure(Retry::same, "there is no memory");
      }
      if (extended_code == SQLITE_IOERR_WRITE)
        return failure(Retry::same, "the disk takes nothing");
      // Closing would sync the same data again and write on top of what may not be there.
      ::sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
      return failure(Retry::never, fmt::format("{}: {}", path_, says));
    default:
      return failure(Retry::never, fmt::format("{}: {}", path_, says));
  }
}

void Database::forget_names() {
  ids_.clear();
  for (auto& [text, id] : newest_) id = 0;
  names_.clear();
}

std::int64_t Database::id_of(std::string_view text) {
  if (const auto known = ids_.find(text); known != ids_.end()) return known->second;
  if (ids_.size() >= limits::ledger_names_known_max) ids_.clear();
  const std::string owned(text);
  SQLite::Statement find(database_, "SELECT id FROM names WHERE text = ?");
  find.bind(1, owned);
  if (find.executeStep()) {
    return ids_.emplace(owned, find.getColumn(0).getInt64()).first->second;
  }
  SQLite::Statement insert(database_, "INSERT INTO names (text) VALUES (?)");
  insert.bind(1, owned);
  insert.exec();
  return ids_.emplace(owned, database_.getLastInsertRowid()).first->second;
}

NameIds Database::ids_of(const AttemptRecord& record) {
  std::array<std::int64_t, name_count> ids{};
  for (std::size_t i = 0; i < name_count; ++i) {
    auto& [text, id] = newest_[i];
    const std::string_view name = record.*name_members[i];
    if (id == 0 || text != name) {
      id = 0;  // in case that what follows throws
      text.assign(name);
      id = id_of(name);
    }
    ids[i] = id;
  }
  return std::bit_cast<NameIds>(ids);
}

const std::string& Database::name(std::int64_t id) {
  if (const auto known = names_.find(id); known != names_.end()) return known->second;
  SQLite::Statement find(database_, "SELECT text FROM names WHERE id = ?");
  find.bind(1, id);
  std::string text = find.executeStep() ? find.getColumn(0).getString() : std::string();
  return names_.emplace(id, std::move(text)).first->second;
}

std::int64_t upstream_key(std::int64_t day, std::string_view upstream_id) {
  constexpr unsigned char key[crypto_shorthash_KEYBYTES] = "tollway ids....";
  std::uint64_t sum = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&sum),
                   reinterpret_cast<const unsigned char*>(upstream_id.data()), upstream_id.size(),
                   key);
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(day) << 32) | (sum >> 32));
}

std::int64_t day_of_ms(std::int64_t at_ms) {
  using namespace std::chrono;
  return floor<days>(sys_time<milliseconds>(milliseconds(at_ms))).time_since_epoch().count();
}

}  // namespace tollway::ledger
