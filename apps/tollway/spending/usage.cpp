#include "spending/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "base/nearest.hpp"
#include "moments.hpp"

namespace tollway::spending {
namespace {

constexpr std::size_t suggestions_max = 3;

using ledger::UsageRow;

std::string name_in(const UsageRow& row, By by) {
  switch (by) {
    case By::hour:
    case By::day:
      return time_name(by, row.time);
    case By::model:
      return row.model;
    case By::provider:
      return row.provider;
    case By::key:
      return row.key;
  }
  return {};
}

bool passes(const UsageRow& row, const Filter& filter) {
  return (!filter.model || row.model == *filter.model) &&
         (!filter.provider || row.provider == *filter.provider);
}

std::vector<std::string> near(const std::string& name, const std::set<std::string>& names) {
  if (names.contains(name)) return {};
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto found = nearest(name, candidates, suggestions_max);
  return {found.begin(), found.end()};
}

ledger::UsageQuery in_hours(ledger::UsageQuery query) {
  constexpr std::int64_t hours_a_day = 24;
  query.from *= hours_a_day;
  query.until = (query.until + 1) * hours_a_day - 1;
  return query;
}

// Of everything in these days, without the filter.
Result<std::vector<std::string>> suggestions_for(ledger::Reports& reports, ledger::UsageQuery query,
                                                 const Filter& filter) {
  query.by_time = query.by_key = query.by_model = query.by_provider = false;
  if (filter.model) {
    query.by_model = true;
  } else if (filter.provider) {
    query.by_provider = true;
  } else {
    query.by_key = true;
  }
  query.key.reset();
  const auto rows = reports.usage(query);
  if (!rows) return std::unexpected(rows.error());
  std::set<std::string> names;
  for (const auto& row : *rows) names.insert(row.model + row.provider + row.key);
  const auto& wanted = filter.model ? filter.model : filter.provider ? filter.provider : filter.key;
  return near(wanted.value_or(""), names);
}

}  // namespace

std::string_view name_of(By by) noexcept {
  switch (by) {
    case By::hour:
      return "hour";
    case By::day:
      return "day";
    case By::model:
      return "model";
    case By::provider:
      return "provider";
    case By::key:
      return "key";
  }
  return "";
}

std::string time_name(By by, std::int64_t time) {
  using namespace std::chrono;
  if (by == By::day) return day_text(sys_days(days(time)));
  const sys_time<hours> hour{hours(time)};
  const auto day = floor<days>(hour);
  return fmt::format("{} {:02}:00", day_text(day), (hour - day).count());
}

Result<std::string> ledger_in(const Paths& paths) {
  auto path = paths.data_directory + "/ledger.db";
  std::error_code code;
  if (std::filesystem::exists(path, code)) return path;
  return client_error(Errc::not_found,
                      fmt::format("there is no ledger yet: {} does not exist. \"tollway serve\" "
                                  "begins it; --data names another data directory",
                                  path));
}

Result<UsageFound> find_usage(ledger::Reports& reports, By by, const Days& days,
                              const Filter& filter) {
  const ledger::UsageQuery query{.from = days.from.time_since_epoch().count(),
                                 .until = days.until.time_since_epoch().count(),
                                 .by_time = is_time(by),
                                 .by_key = by == By::key,
                                 .by_provider = by == By::provider || filter.provider,
                                 .by_model = by == By::model || filter.model,
                                 .key = filter.key};
  const auto rows = by == By::hour ? reports.usage_by_hour(in_hours(query)) : reports.usage(query);
  if (!rows) return std::unexpected(rows.error());
  std::map<std::string, UsageRow> sums;
  UsageFound found;
  for (const auto& row : *rows) {
    if (!passes(row, filter)) continue;
    auto& sum = sums[name_in(row, by)];
    sum.time = row.time;
    add(sum, row);
    add(found.total.sums, row);
  }
  for (auto& [name, row] : sums) found.rows.push_back({name, std::move(row)});
  if (!is_time(by)) {
    std::ranges::sort(found.rows, [](const Usage& a, const Usage& b) {
      return a.sums.charged != b.sums.charged ? a.sums.charged > b.sums.charged : a.name < b.name;
    });
  }
  if (found.rows.empty() && (filter.model || filter.provider || filter.key)) {
    auto suggestions = suggestions_for(reports, query, filter);
    if (!suggestions) return std::unexpected(suggestions.error());
    found.suggestions = std::move(*suggestions);
  }
  return found;
}

void add(UsageRow& to, const UsageRow& other) noexcept {
  const auto add_up = [](std::int64_t& sum, std::int64_t more) {
    if (__builtin_add_overflow(sum, more, &sum)) sum = std::numeric_limits<std::int64_t>::max();
  };
  for (const auto member :
       {&UsageRow::attempts, &UsageRow::requests, &UsageRow::failed, &UsageRow::cancelled,
        &UsageRow::estimated, &UsageRow::unknown, &UsageRow::differing, &UsageRow::input,
        &UsageRow::output, &UsageRow::cache_read, &UsageRow::cache_write, &UsageRow::reasoning}) {
    add_up(to.*member, other.*member);
  }
  for (const auto member :
       {&UsageRow::charged, &UsageRow::billed, &UsageRow::computed, &UsageRow::byok}) {
    add_up((to.*member).nanodollars, (other.*member).nanodollars);
  }
}

std::optional<Money> cost_of(const UsageRow& sums) noexcept {
  if (sums.attempts > 0 && sums.unknown >= sums.attempts) return std::nullopt;
  return sums.charged;
}

std::string cost_shown(const UsageRow& sums) {
  const auto cost = cost_of(sums);
  if (!cost) return "unknown";
  return fmt::format("{}${}", sums.estimated > 0 ? "~" : "", cost->to_string());
}

}  // namespace tollway::spending
