// Whether the sums of days are those of their hours.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "ledger/usage_sums.hpp"

namespace tollway::ledger {

// Reads both once. Throws SQLite's exceptions.
class SumChecks {
 public:
  explicit SumChecks(SQLite::Database& database);

  void read();
  [[nodiscard]] std::int64_t days_wrong() const noexcept { return days_wrong_; }
  // Of each hour, whoever and whatever it was.
  [[nodiscard]] std::map<std::int64_t, Sums> take_hours() { return std::move(hours_); }

 private:
  void compare_day(std::int64_t day);

  sqlite::Statement read_hours_;
  sqlite::Statement read_day_;
  sqlite::Statement count_days_;
  UsageSums::Map of_day_;  // by place, its hours together
  std::map<std::int64_t, Sums> hours_;
  std::int64_t days_seen_ = 0;
  std::int64_t days_wrong_ = 0;
};

}  // namespace tollway::ledger
