#include "ledger/usage_sums.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace tollway::ledger {
namespace {

constexpr std::int64_t ms_an_hour = 3'600'000;
constexpr std::int64_t hours_a_day = 24;

// A sum that would not fit becomes a floating-point number in SQLite, and min() an integer again.
std::string add_sql(std::string_view table) {
  return fmt::format(
      "INSERT INTO {} VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
      "ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts, "
      "requests = requests + excluded.requests, failed = failed + excluded.failed, "
      "cancelled = cancelled + excluded.cancelled, estimated = estimated + excluded.estimated, "
      "unknown = unknown + excluded.unknown, differing = differing + excluded.differing, "
      "input = min(input + excluded.input, {max}), "
      "output = min(output + excluded.output, {max}), "
      "cache_read = min(cache_read + excluded.cache_read, {max}), "
      "cache_write = min(cache_write + excluded.cache_write, {max}), "
      "reasoning = min(reasoning + excluded.reasoning, {max}), "
      "charged = min(charged + excluded.charged, {max}), "
      "billed = min(billed + excluded.billed, {max}), "
      "computed = min(computed + excluded.computed, {max}), "
      "byok = min(byok + excluded.byok, {max})",
      table, fmt::arg("max", sum_max));
}

std::string add_spent_sql(std::string_view into) {
  return fmt::format(
      "INSERT INTO {} ON CONFLICT DO UPDATE SET charged = min(charged + excluded.charged, {max}), "
      "byok = min(byok + excluded.byok, {max})",
      into, fmt::arg("max", sum_max));
}

std::int64_t nanodollars(const std::optional<Money>& money) {
  return money ? money->nanodollars : 0;
}

std::int64_t floor_divide(std::int64_t number, std::int64_t by) {
  return number >= 0 ? number / by : -((-number + by - 1) / by);
}

void add_up(std::int64_t& sum, std::int64_t more) {
  std::int64_t both = 0;
  sum = __builtin_add_overflow(sum, more, &both) ? sum_max : std::min(both, sum_max);
}

}  // namespace

std::int64_t hour_of_ms(std::int64_t at_ms) noexcept {
  return floor_divide(at_ms, ms_an_hour);
}

std::int64_t day_of_hour(std::int64_t hour) noexcept {
  return floor_divide(hour, hours_a_day);
}

std::int64_t month_of_day(std::int64_t day) noexcept {
  using namespace std::chrono;
  const year_month_day date{sys_days(days(day))};
  return std::int64_t{12} * static_cast<int>(date.year()) + static_cast<unsigned>(date.month()) - 1;
}

std::int64_t first_day_of(std::int64_t month) noexcept {
  using namespace std::chrono;
  const std::int64_t year_number = floor_divide(month, 12);
  const std::chrono::year_month_day first{
      year(static_cast<int>(year_number)) /
      std::chrono::month(static_cast<unsigned>(month - 12 * year_number + 1)) / 1};
  return sys_days(first).time_since_epoch().count();
}

void add(Sums& sums, const Sums& others) noexcept {
  for (std::size_t i = 0; i < sum_count; ++i) add_up(sums[i], others[i]);
}

void add(SpentSums& spent, const SpentSums& more) noexcept {
  add_up(spent.charged, more.charged);
  add_up(spent.byok, more.byok);
}

void add(SpentSums& spent, const Sums& sums) noexcept {
  add(spent, SpentSums{.charged = sums[static_cast<std::size_t>(Sum::charged)],
                       .byok = sums[static_cast<std::size_t>(Sum::byok)]});
}

void add(Sums& sums, const AttemptRecord& record) noexcept {
  const Counts& counts = record.counts;
  const auto charged = record.charged();
  add(sums, Sums{1, record.has(last) ? 1 : 0, record.has(failed) ? 1 : 0,
                 record.has(cancelled) ? 1 : 0, record.has(estimated) ? 1 : 0, charged ? 0 : 1,
                 record.has(differs) ? 1 : 0, counts.input, counts.output, counts.cache_read,
                 counts.cache_write_5m + counts.cache_write_1h, counts.reasoning,
                 nanodollars(charged), nanodollars(record.billed), nanodollars(record.computed),
                 record.has(byok) ? nanodollars(record.computed) : 0});
}

UsageSums::UsageSums(SQLite::Database& database)
    : add_hour_(database, add_sql("usage_hours")),
      add_day_(database, add_sql("usage_days")),
      add_month_(database, add_sql("usage_months")),
      add_spent_day_(database, add_spent_sql("spent_days VALUES (?,?,?,?)")),
      add_spent_ever_(database, add_spent_sql("spent_ever VALUES (?,?,?)")) {}

std::size_t UsageSums::Hash::operator()(const Place& place) const noexcept {
  std::uint64_t hash = 0;
  for (const auto part : {place.hour, place.key, place.provider, place.model, place.served_by}) {
    hash = (hash ^ static_cast<std::uint64_t>(part)) * 0x9e3779b97f4a7c15;
  }
  return hash ^ (hash >> 32);
}

void UsageSums::add(const AttemptRecord& record, const NameIds& names) {
  const Place place{.hour = hour_of_ms(record.at_ms),
                    .key = names.key,
                    .provider = names.provider,
                    .model = record.served_model.empty() ? names.model : names.served_model,
                    .served_by = names.served_by};
  ledger::add(hours_[place], record);
}

void UsageSums::clear() noexcept {
  hours_.clear();
  for (auto* statement : {&add_hour_, &add_day_, &add_month_, &add_spent_day_, &add_spent_ever_}) {
    statement->reset();
  }
}

void UsageSums::write() {
  write(add_hour_, hours_);
  Map days;
  for (const auto& [place, sums] : hours_) {
    Place day = place;
    day.hour = day_of_hour(place.hour);
    ledger::add(days[day], sums);
  }
  write(add_day_, days);
  Map months;
  for (const auto& [place, sums] : days) {
    Place month = place;
    month.hour = month_of_day(place.hour);
    ledger::add(months[month], sums);
  }
  write(add_month_, months);
  write_spent(days);
  hours_.clear();
}

void UsageSums::write_spent(const Map& days) {
  SpentMap by_day;
  for (const auto& [place, sums] : days) ledger::add(by_day[{place.hour, place.key}], sums);
  std::map<std::int64_t, SpentSums> ever;
  for (const auto& [day_and_key, spent] : by_day) {
    const auto& [day, key] = day_and_key;
    ledger::add(ever[key], spent);
    add_spent_day_.bind(1, day);
    add_spent_day_.bind(2, key);
    add_spent_day_.bind(3, spent.charged);
    add_spent_day_.bind(4, spent.byok);
    add_spent_day_.run();
  }
  for (const auto& [key, spent] : ever) {
    add_spent_ever_.bind(1, key);
    add_spent_ever_.bind(2, spent.charged);
    add_spent_ever_.bind(3, spent.byok);
    add_spent_ever_.run();
  }
}

void UsageSums::write(sqlite::Statement& statement, const Map& map) {
  for (const auto& [place, sums] : map) {
    int at = 0;
    for (const auto part : {place.hour, place.key, place.provider, place.model, place.served_by}) {
      statement.bind(++at, part);
    }
    for (const auto sum : sums) statement.bind(++at, sum);
    statement.run();
  }
}

std::pair<UsageSums::Place, Sums> place_of(const sqlite::Statement& row) {
  std::pair<UsageSums::Place, Sums> read;
  auto& [place, sums] = read;
  int at = 0;
  for (auto* part : {&place.hour, &place.key, &place.provider, &place.model, &place.served_by}) {
    *part = row.integer(at++);
  }
  for (auto& sum : sums) sum = row.integer(at++);
  return read;
}

}  // namespace tollway::ledger
