// Reports that are made of sums.
#include <algorithm>
#include <span>
#include <tuple>

#include "ledger/database.hpp"
#include "ledger/reports.hpp"
#include "ledger/usage_sums.hpp"

namespace tollway::ledger {
namespace {

constexpr const char* hours_sql =
    "SELECT * FROM usage_hours WHERE hour BETWEEN ?1 AND ?2 AND (?3 IS NULL OR key = (SELECT id "
    "FROM names WHERE text = ?3))";
constexpr const char* days_sql =
    "SELECT * FROM usage_days WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR key = (SELECT id FROM "
    "names WHERE text = ?3))";
constexpr const char* months_sql =
    "SELECT * FROM usage_months WHERE month BETWEEN ?1 AND ?2 AND (?3 IS NULL OR key = (SELECT id "
    "FROM names WHERE text = ?3))";

constexpr std::int64_t spending_days_max = 366;

// Rows of one roll-up, `from` and `until` included.
struct Part {
  const char* sql;
  std::int64_t from;
  std::int64_t until;
};

UsageRow usage_row_of(Database& database, const UsageSums::Place& place, const Sums& sums) {
  const auto name = [&](std::int64_t id) { return id == 0 ? std::string() : database.name(id); };
  UsageRow usage;
  usage.time = place.hour;
  usage.key = name(place.key);
  usage.provider = name(place.provider);
  usage.model = name(place.model);
  usage.served_by = name(place.served_by);
  std::size_t at = 0;
  for (auto* sum :
       {&usage.attempts, &usage.requests, &usage.failed, &usage.cancelled, &usage.estimated,
        &usage.unknown, &usage.differing, &usage.input, &usage.output, &usage.cache_read,
        &usage.cache_write, &usage.reasoning, &usage.charged.nanodollars, &usage.billed.nanodollars,
        &usage.computed.nanodollars, &usage.byok.nanodollars}) {
    *sum = sums[at++];
  }
  return usage;
}

// Whole months as such, and the days before and after them. Beyond the first and the last day of
// which there is anything a month is as good as whole.
std::vector<Part> parts_of(Database& database, const UsageQuery& query) {
  sqlite::Statement ends(database.handle(),
                         "SELECT (SELECT min(day) FROM usage_days), (SELECT max(day) FROM "
                         "usage_days)");
  if (!ends.step() || ends.is_null(0)) return {};
  const std::int64_t oldest = ends.integer(0);
  const std::int64_t newest = ends.integer(1);
  const std::int64_t from = std::max(query.from, first_day_of(month_of_day(oldest)));
  const std::int64_t until =
      query.until >= newest ? first_day_of(month_of_day(newest) + 1) - 1 : query.until;
  if (from > until) return {};
  const std::int64_t month = month_of_day(from - 1) + 1;
  const std::int64_t last_month = month_of_day(until + 1) - 1;
  if (month > last_month) return {{days_sql, from, until}};
  return {{days_sql, from, first_day_of(month) - 1},
          {months_sql, month, last_month},
          {days_sql, first_day_of(last_month + 1), until}};
}

void add_part(Database& database, const Part& part, const UsageQuery& query,
              UsageSums::Map& groups) {
  if (part.from > part.until) return;
  sqlite::Statement statement(database.handle(), part.sql);
  statement.bind(1, part.from);
  statement.bind(2, part.until);
  if (query.key) statement.bind_text(3, *query.key);
  while (statement.step()) {
    auto [place, sums] = place_of(statement);
    if (!query.by_time) place.hour = 0;
    if (!query.by_key) place.key = 0;
    if (!query.by_provider) place.provider = 0;
    if (!query.by_model) place.model = 0;
    if (!query.by_served_by) place.served_by = 0;
    add(groups[place], sums);
  }
}

// Grouped here: SQLite would sort all rows to do it, and fail where a sum overflows.
std::vector<UsageRow> rows_of(Database& database, std::span<const Part> parts,
                              const UsageQuery& query) {
  UsageSums::Map groups;
  for (const auto& part : parts) add_part(database, part, query, groups);
  std::vector<UsageRow> rows;
  rows.reserve(groups.size());
  for (const auto& [place, sums] : groups) rows.push_back(usage_row_of(database, place, sums));
  std::ranges::sort(rows, [](const UsageRow& one, const UsageRow& other) {
    return std::tie(one.time, other.charged, one.key, one.provider, one.model, one.served_by) <
           std::tie(other.time, one.charged, other.key, other.provider, other.model,
                    other.served_by);
  });
  return rows;
}

// Nullopt where nothing was ever done with it.
std::optional<std::int64_t> number_of(Database& database, const std::string& key) {
  sqlite::Statement find(database.handle(), "SELECT id FROM names WHERE text = ?");
  find.bind_text(1, key);
  if (!find.step()) return std::nullopt;
  return find.integer(0);
}

SpentSums ever_spent(Database& database, std::optional<std::int64_t> key) {
  sqlite::Statement read(database.handle(),
                         key ? "SELECT charged, byok FROM spent_ever WHERE key = ?"
                             : "SELECT charged, byok FROM spent_ever");
  if (key) read.bind(1, *key);
  SpentSums ever;
  while (read.step()) add(ever, SpentSums{.charged = read.integer(0), .byok = read.integer(1)});
  return ever;
}

SpentSums spent_on(sqlite::Statement& read, std::int64_t day) {
  read.bind(1, day);
  SpentSums spent;
  while (read.step()) add(spent, SpentSums{.charged = read.integer(0), .byok = read.integer(1)});
  return spent;
}

}  // namespace

Result<std::vector<UsageRow>> Reports::usage(const UsageQuery& query) {
  return database_->guarded([&]() -> Result<std::vector<UsageRow>> {
    SQLite::Transaction snapshot(database_->handle());
    if (!query.by_time) return rows_of(*database_, parts_of(*database_, query), query);
    const Part days{days_sql, query.from, query.until};
    return rows_of(*database_, {&days, 1}, query);
  });
}

Result<std::vector<UsageRow>> Reports::usage_by_hour(const UsageQuery& query) {
  return database_->guarded([&]() -> Result<std::vector<UsageRow>> {
    const Part hours{hours_sql, query.from, query.until};
    return rows_of(*database_, {&hours, 1}, query);
  });
}

Result<Spending> Reports::spending(const SpendingQuery& query) {
  return database_->guarded([&]() -> Result<Spending> {
    SQLite::Transaction snapshot(database_->handle());
    Spending spending;
    std::optional<std::int64_t> number;
    if (query.key && !(number = number_of(*database_, *query.key))) return spending;
    const SpentSums ever = ever_spent(*database_, number);
    spending.charged = Money{ever.charged};
    spending.byok = Money{ever.byok};
    sqlite::Statement read(database_->handle(),
                           number ? "SELECT charged, byok FROM spent_days WHERE day = ?1 AND key = "
                                    "?2"
                                  : "SELECT charged, byok FROM spent_days WHERE day = ?1");
    if (number) read.bind(2, *number);
    const std::int64_t until = std::min(query.until, query.from + spending_days_max - 1);
    for (std::int64_t day = query.from; day <= until; ++day) {
      const SpentSums spent = spent_on(read, day);
      spending.days.push_back({day, Money{spent.charged}, Money{spent.byok}});
    }
    return spending;
  });
}

}  // namespace tollway::ledger
