#include "ledger/sum_checks.hpp"

#include <cstdlib>
#include <optional>

namespace tollway::ledger {

SumChecks::SumChecks(SQLite::Database& database)
    : read_hours_(database, "SELECT * FROM usage_hours ORDER BY hour"),
      read_day_(database, "SELECT * FROM usage_days WHERE day = ?"),
      count_days_(database, "SELECT count(*) FROM usage_days") {}

void SumChecks::read() {
  std::optional<std::int64_t> day;
  while (read_hours_.step()) {
    auto [place, sums] = place_of(read_hours_);
    add(hours_[place.hour], sums);
    place.hour = day_of_hour(place.hour);
    if (day && *day != place.hour) compare_day(*day);
    day = place.hour;
    add(of_day_[place], sums);
  }
  if (day) compare_day(*day);
  // Days without an hour.
  days_wrong_ += std::abs(count_days_.number() - days_seen_);
}

void SumChecks::compare_day(std::int64_t day) {
  read_day_.bind(1, day);
  std::size_t agree = 0;
  while (read_day_.step()) {
    ++days_seen_;
    const auto [place, sums] = place_of(read_day_);
    const auto found = of_day_.find(place);
    if (found != of_day_.end() && found->second == sums) {
      ++agree;
    } else {
      ++days_wrong_;
    }
  }
  if (agree < of_day_.size() && days_wrong_ == 0) days_wrong_ = 1;  // one is missing
  of_day_.clear();
}

}  // namespace tollway::ledger
