// What the parts of the store share: the connection, and texts by number.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "ledger/records.hpp"

namespace tollway::ledger {

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
  std::unordered_map<std::int64_t, std::string> names_;
};

// Brings the tables up to date; Errc::internal for a database of a newer version. Throws.
[[nodiscard]] Result<> migrate(Database& database);

// The columns of an attempt in the order that put_attempt() and attempt_of() know, for SELECT.
extern const char* const attempt_columns;
// Binds all parameters of the statement that inserts an attempt.
void put_attempt(Database& database, SQLite::Statement& insert, std::int64_t seq,
                 const AttemptRecord& record);
// Reads a row of attempt_columns. Its texts last until the statement's next step.
[[nodiscard]] AttemptRecord attempt_of(Database& database, SQLite::Statement& row);
// Zeros for bytes of another length.
[[nodiscard]] RequestId request_id_of(std::string_view bytes);
// What the index finds a provider's id by.
[[nodiscard]] std::int64_t upstream_hash(std::string_view upstream_id);

}  // namespace tollway::ledger
