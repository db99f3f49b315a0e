#include "ledger/sum_checks.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

namespace tollway::ledger {

SumChecks::SumChecks(SQLite::Database& database)
    : database_(database),
      read_hours_(database, "SELECT * FROM usage_hours ORDER BY hour"),
      days_(database, "SELECT * FROM usage_days WHERE day = ?", "SELECT count(*) FROM usage_days"),
      months_(database, "SELECT * FROM usage_months WHERE month = ?",
              "SELECT count(*) FROM usage_months") {}

void SumChecks::read() {
  std::optional<std::int64_t> day;
  std::optional<std::int64_t> month;
  while (read_hours_.step()) {
    auto [place, sums] = place_of(read_hours_);
    add(hours_[place.hour], sums);
    place.hour = day_of_hour(place.hour);
    if (day && *day != place.hour) compare(days_, *day);
    day = place.hour;
    add(days_.expected[place], sums);
    add(spent_[{place.hour, place.key}], sums);
    place.hour = month_of_day(place.hour);
    if (month && *month != place.hour) compare(months_, *month);
    month = place.hour;
    add(months_.expected[place], sums);
  }
  if (day) compare(days_, *day);
  if (month) compare(months_, *month);
  // Those without an hour.
  for (auto* sums : {&days_, &months_}) sums->wrong += std::abs(sums->count.number() - sums->seen);
  compare_spent();
}

void SumChecks::compare(RollUp& sums, std::int64_t time) {
  sums.read.bind(1, time);
  std::size_t agree = 0;
  while (sums.read.step()) {
    ++sums.seen;
    const auto [place, stored] = place_of(sums.read);
    const auto found = sums.expected.find(place);
    if (found != sums.expected.end() && found->second == stored) {
      ++agree;
    } else {
      ++sums.wrong;
    }
  }
  if (agree < sums.expected.size() && sums.wrong == 0) sums.wrong = 1;  // one is missing
  sums.expected.clear();
}

void SumChecks::compare_spent() {
  UsageSums::SpentMap stored;
  sqlite::Statement days(database_, "SELECT day, key, charged, byok FROM spent_days");
  while (days.step()) {
    stored[{days.integer(0), days.integer(1)}] = {.charged = days.integer(2),
                                                  .byok = days.integer(3)};
  }
  if (stored != spent_) ++spent_wrong_;
  std::map<std::int64_t, SpentSums> expected;
  for (const auto& [day_and_key, spent] : spent_) add(expected[day_and_key.second], spent);
  std::map<std::int64_t, SpentSums> ever;
  sqlite::Statement keys(database_, "SELECT key, charged, byok FROM spent_ever");
  while (keys.step()) {
    ever[keys.integer(0)] = {.charged = keys.integer(1), .byok = keys.integer(2)};
  }
  if (ever != expected) ++spent_wrong_;
}

void SumChecks::tell(std::vector<std::string>& problems) const {
  if (days_.wrong != 0) {
    problems.push_back(fmt::format("{} sums of a day are not the sum of its hours", days_.wrong));
  }
  if (months_.wrong != 0) {
    problems.push_back(
        fmt::format("{} sums of a month are not the sum of its hours", months_.wrong));
  }
  if (spent_wrong_ != 0) problems.emplace_back("what keys spent is not the sum of their hours");
}

}  // namespace tollway::ledger
