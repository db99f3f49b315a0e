// A statement that runs millions of times.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string_view>
#include <vector>

struct sqlite3_stmt;

namespace tollway::sqlite {

// Prepared once and kept as long as its connection; neither allocates nor copies what is bound.
// Throws SQLite::Exception. Belongs to the connection's thread.
class Statement {
 public:
  Statement(SQLite::Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters count from 1 and keep their values until they are bound anew. Bytes and texts must
  // stay where they are until the statement has run. A number that is bound already costs nothing:
  // of a row's many most are the same as in the row before.
  void bind(int at, std::int64_t value);
  void bind_null(int at);
  void bind_text(int at, std::string_view text);
  void bind_bytes(int at, std::string_view bytes);

  // To the next row; false after the last. A statement that failed, or has no more rows, begins
  // anew.
  [[nodiscard]] bool step();
  // Runs one that has no rows; how many it inserted, changed or deleted.
  int run();
  // Runs one with a single row of a single number.
  [[nodiscard]] std::int64_t number();
  void reset() noexcept;

  // Columns count from 0. NULL is 0 or empty; bytes last until the next step.
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] bool is_null(int column) const noexcept;
  [[nodiscard]] std::string_view bytes(int column) const noexcept;

 private:
  enum class Kind : std::uint8_t { null, number, bytes };
  struct Bound {
    std::int64_t number = 0;
    Kind kind = Kind::null;  // as a parameter is before it is bound
  };
  void check(int result) const;
  [[nodiscard]] Bound& bound(int at);

  sqlite3* connection_;
  sqlite3_stmt* statement_ = nullptr;
  std::vector<Bound> bound_;  // by parameter, from 0
};

}  // namespace tollway::sqlite
