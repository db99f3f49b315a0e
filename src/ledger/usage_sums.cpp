#include "ledger/usage_sums.hpp"

#include <fmt/format.h>

#include <algorithm>
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

std::int64_t nanodollars(const std::optional<Money>& money) {
  return money ? money->nanodollars : 0;
}

std::int64_t floor_divide(std::int64_t number, std::int64_t by) {
  return number >= 0 ? number / by : -((-number + by - 1) / by);
}

}  // namespace

std::int64_t hour_of_ms(std::int64_t at_ms) noexcept {
  return floor_divide(at_ms, ms_an_hour);
}

std::int64_t day_of_hour(std::int64_t hour) noexcept {
  return floor_divide(hour, hours_a_day);
}

void add(Sums& sums, const Sums& others) noexcept {
  for (std::size_t i = 0; i < sum_count; ++i) {
    std::int64_t sum = 0;
    sums[i] = __builtin_add_overflow(sums[i], others[i], &sum) ? sum_max : std::min(sum, sum_max);
  }
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
    : add_hour_(database, add_sql("usage_hours")), add_day_(database, add_sql("usage_days")) {}

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
  add_hour_.reset();
  add_day_.reset();
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
  hours_.clear();
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
