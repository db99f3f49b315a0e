// Sums of attempts by hour and by day.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "ledger/database.hpp"
#include "ledger/records.hpp"

namespace tollway::ledger {

// The summed columns of usage_hours and usage_days, in their order.
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

void add(Sums& sums, const AttemptRecord& record) noexcept;
void add(Sums& sums, const Sums& others) noexcept;

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

  explicit UsageSums(SQLite::Database& database);

  void add(const AttemptRecord& record, const NameIds& names);
  // Adds what was collected. Throws SQLite's exceptions.
  void write();
  // Forgets what a transaction that failed has left.
  void clear() noexcept;

 private:
  static void write(sqlite::Statement& statement, const Map& map);

  sqlite::Statement add_hour_;
  sqlite::Statement add_day_;
  Map hours_;
};

// A row of usage_hours or of usage_days, where `hour` is the day.
[[nodiscard]] std::pair<UsageSums::Place, Sums> place_of(const sqlite::Statement& row);

}  // namespace tollway::ledger
