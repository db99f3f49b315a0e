// Whether the sums of days, months and keys are those of their hours.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/usage_sums.hpp"

namespace tollway::ledger {

// Reads all of them once. Throws SQLite's exceptions.
class SumChecks {
 public:
  explicit SumChecks(SQLite::Database& database);

  void read();
  // Adds a sentence for each kind that does not agree.
  void tell(std::vector<std::string>& problems) const;
  // Of each hour, whoever and whatever it was.
  [[nodiscard]] std::map<std::int64_t, Sums> take_hours() { return std::move(hours_); }

 private:
  // One roll-up, whose rows are compared when all hours of one time were read.
  struct RollUp {
    RollUp(SQLite::Database& database, const char* read_sql, const char* count_sql)
        : read(database, read_sql), count(database, count_sql) {}
    sqlite::Statement read;
    sqlite::Statement count;
    UsageSums::Map expected;  // by place, its hours together
    std::int64_t seen = 0;
    std::int64_t wrong = 0;
  };
  static void compare(RollUp& sums, std::int64_t time);
  void compare_spent();

  SQLite::Database& database_;
  sqlite::Statement read_hours_;
  RollUp days_;
  RollUp months_;
  std::map<std::int64_t, Sums> hours_;
  UsageSums::SpentMap spent_;
  std::int64_t spent_wrong_ = 0;
};

}  // namespace tollway::ledger
