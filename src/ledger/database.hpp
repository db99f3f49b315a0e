// What the parts of the store share: the connection, and texts by number.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "ledger/records.hpp"
#include "sqlite/statement.hpp"

namespace tollway::ledger {

// The texts of a record that are numbers in the database, in the order of their columns.
inline constexpr std::string_view AttemptRecord::* name_members[] = {
    &AttemptRecord::key,     &AttemptRecord::route,         &AttemptRecord::provider,
    &AttemptRecord::model,   &AttemptRecord::served_model,  &AttemptRecord::served_by,
    &AttemptRecord::outcome, &AttemptRecord::finish_reason,
};
inline constexpr std::size_t name_count = std::size(name_members);
struct NameIds {
  std::int64_t key, route, provider, model, served_model, served_by, outcome, finish_reason;
};

// One connection. Its members throw SQLite's exceptions; guarded() turns them into errors.
class Database {
 public:
  enum class Access : std::uint8_t { read, write };
  Database(std::string path, Access access, std::chrono::milliseconds lock_patience);
  // First of all, within guarded(): the file may be damaged.
  void configure();

  // Runs `body` and words what SQLite throws. Names learnt within a write that failed are
  // forgotten.
  template <class Body>
  auto guarded(Body body) -> decltype(body()) {
    try {
      auto result = body();
      if (!result) forget_names();
      return result;
    } catch (const SQLite::Exception& failure) {
      forget_names();
      return refuse(failure.getErrorCode(), failure.getExtendedErrorCode());
    } catch (const std::bad_alloc&) {
      forget_names();
      return refuse(out_of_memory, out_of_memory);
    }
  }
  [[nodiscard]] std::unexpected<Error> refuse(int code, int extended_code) const;
  [[nodiscard]] std::unexpected<Error> damaged(std::string_view what) const;

  // The number of a text, which is given one where it has none.
  [[nodiscard]] std::int64_t id_of(std::string_view text);
  // Those of a record.
  [[nodiscard]] NameIds ids_of(const AttemptRecord& record);
  // The text of a number; empty for one that nobody has.
  [[nodiscard]] const std::string& name(std::int64_t id);

  [[nodiscard]] SQLite::Database& handle() noexcept { return database_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  static constexpr int out_of_memory = 7;  // SQLITE_NOMEM
  void forget_names();

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  std::string path_;
  SQLite::Database database_;
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> ids_;
  // Of each column the last, which mostly is the next.
  std::array<std::pair<std::string, std::int64_t>, name_count> newest_;
  std::unordered_map<std::int64_t, std::string> names_;
};

// The triggers that keep rows from being changed, and all others, by name: those that are missing,
// changed or too many. Empty where all is well. Throws.
[[nodiscard]] std::string wrong_triggers(Database& database);
// Errc::internal where the tables are not those of the format that the database says it has: of a
// version that was never released, or no ledger. Throws.
[[nodiscard]] Result<> check_tables(Database& database);
// Brings the tables up to date; Errc::internal for a database of a newer version, or of none that
// was released, and for one whose triggers somebody has changed. Throws.
[[nodiscard]] Result<> migrate(Database& database);

// The columns of an attempt in the order that attempt_of() knows, for SELECT.
extern const char* const attempt_columns;
// The statement that inserts an attempt, which changes nothing where that attempt of the request is
// there already, and all of its parameters. The record must stay where it
// is until the statement has run.
extern const char* const insert_attempt_sql;
void put_attempt(sqlite::Statement& insert, std::int64_t seq, const AttemptRecord& record,
                 const NameIds& names);
// Reads a row of attempt_columns. Its texts last until the statement's next step.
[[nodiscard]] AttemptRecord attempt_of(Database& database, SQLite::Statement& row);
[[nodiscard]] AttemptRecord attempt_of(Database& database, const sqlite::Statement& row);
// Zeros for bytes of another length.
[[nodiscard]] RequestId request_id_of(std::string_view bytes);
// What the index finds a provider's id by: the day the attempt began and 32 bits of the id's hash.
// So the index grows at one end, whatever the ids look like.
[[nodiscard]] std::int64_t upstream_key(std::int64_t day, std::string_view upstream_id);
// Unix days of Unix milliseconds.
[[nodiscard]] std::int64_t day_of_ms(std::int64_t at_ms);

}  // namespace tollway::ledger
