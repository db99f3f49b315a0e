#include "sqlite/statement.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

namespace tollway::sqlite {

Statement::Statement(SQLite::Database& database, std::string_view sql)
    : connection_(database.getHandle()) {
  check(sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  bound_.resize(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_)));
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) throw SQLite::Exception(connection_, result);
}

Statement::Bound& Statement::bound(int at) {
  const auto index = static_cast<std::size_t>(at) - 1;
  if (index >= bound_.size()) throw SQLite::Exception(connection_, SQLITE_RANGE);
  return bound_[index];
}

void Statement::bind(int at, std::int64_t value) {
  Bound& there = bound(at);
  if (there.kind == Kind::number && there.number == value) return;
  check(sqlite3_bind_int64(statement_, at, value));
  there = {.number = value, .kind = Kind::number};
}

void Statement::bind_null(int at) {
  Bound& there = bound(at);
  if (there.kind == Kind::null) return;
  check(sqlite3_bind_null(statement_, at));
  there.kind = Kind::null;
}

void Statement::bind_text(int at, std::string_view text) {
  // Without an address it would be NULL.
  const char* const data = text.empty() ? "" : text.data();
  bound(at).kind = Kind::bytes;
  check(sqlite3_bind_text(statement_, at, data, static_cast<int>(text.size()), SQLITE_STATIC));
}

void Statement::bind_bytes(int at, std::string_view bytes) {
  bound(at).kind = Kind::bytes;
  check(sqlite3_bind_blob(statement_, at, bytes.data(), static_cast<int>(bytes.size()),
                          SQLITE_STATIC));
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  reset();  // it keeps what the connection says of a failure
  if (result != SQLITE_DONE) throw SQLite::Exception(connection_, result);
  return false;
}

int Statement::run() {
  while (step()) {
  }
  return sqlite3_changes(connection_);
}

std::int64_t Statement::number() {
  const std::int64_t number = step() ? integer(0) : 0;
  reset();
  return number;
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_, column);
}

bool Statement::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Statement::bytes(int column) const noexcept {
  const auto* const data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace tollway::sqlite
