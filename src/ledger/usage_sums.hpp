// Sums of attempts by hour, day and month.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "ledger/database.hpp"
#include "ledger/records.hpp"

namespace tollway::ledger {

// The summed columns of usage_hours, usage_days and usage_months, in their order.
enum class Sum : std::uint8_t {
  attempts,
  requests,
  failed,
  cancelled,
  estimated,
  unknown,
  differing,
  input,
  output,
  cache_read,
  cache_write,
  reasoning,
  charged,
  billed,
  computed,
  byok,
};
inline constexpr std::size_t sum_count = 16;
using Sums = std::array<std::int64_t, sum_count>;

// No sum goes beyond, whatever an upstream claims: SQLite would make a floating-point number of it.
inline constexpr std::int64_t sum_max = 9'000'000'000'000'000'000;

// Unix hours of Unix milliseconds, and Unix days of those.
[[nodiscard]] std::int64_t hour_of_ms(std::int64_t at_ms) noexcept;
[[nodiscard]] std::int64_t day_of_hour(std::int64_t hour) noexcept;
// The month of a Unix day, as the year times 12 and the month from 0; and the first day of one.
[[nodiscard]] std::int64_t month_of_day(std::int64_t day) noexcept;
[[nodiscard]] std::int64_t first_day_of(std::int64_t month) noexcept;

void add(Sums& sums, const AttemptRecord& record) noexcept;
void add(Sums& sums, const Sums& others) noexcept;

// What was spent by one key.
struct SpentSums {
  std::int64_t charged = 0;
  std::int64_t byok = 0;
  bool operator==(const SpentSums&) const = default;
};
void add(SpentSums& spent, const SpentSums& more) noexcept;
void add(SpentSums& spent, const Sums& sums) noexcept;

// Collects a transaction's attempts and adds them to the database's sums.
class UsageSums {
 public:
  struct Place {
    std::int64_t hour, key, provider, model, served_by;
    bool operator==(const Place&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Place& place) const noexcept;
  };
  using Map = std::unordered_map<Place, Sums, Hash>;
  using SpentMap = std::map<std::pair<std::int64_t, std::int64_t>, SpentSums>;  // by day and key

  explicit UsageSums(SQLite::Database& database);

  void add(const AttemptRecord& record, const NameIds& names);
  // Adds what was collected. Throws SQLite's exceptions.
  void write();
  // Forgets what a transaction that failed has left.
  void clear() noexcept;

 private:
  static void write(sqlite::Statement& statement, const Map& map);
  void write_spent(const Map& days);

  sqlite::Statement add_hour_;
  sqlite::Statement add_day_;
  sqlite::Statement add_month_;
  sqlite::Statement add_spent_day_;
  sqlite::Statement add_spent_ever_;
  Map hours_;
};

// A row of usage_hours, or of usage_days or usage_months, where `hour` is the day or month.
[[nodiscard]] std::pair<UsageSums::Place, Sums> place_of(const sqlite::Statement& row);

}  // namespace tollway::ledger
