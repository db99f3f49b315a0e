#include "pricing/stated_at.hpp"

#include <charconv>

namespace tollway::pricing {

std::optional<SystemTime> time_of_date(std::string_view date) noexcept {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto number = [date](std::size_t at, std::size_t size, auto& value) {
    if (date.size() != 10) return false;
    const char* const end = date.data() + at + size;
    return std::from_chars(date.data() + at, end, value).ptr == end;
  };
  if (!number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day)) return std::nullopt;
  const std::chrono::year_month_day parsed{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
  if (!parsed.ok()) return std::nullopt;
  return std::chrono::sys_days(parsed);
}

std::optional<SystemTime> stated_at(const VendorSheet& sheet, const PricedModel& model,
                                    llm::ServiceTier tier) noexcept {
  if (!model.source.empty()) return time_of_date(model.date);
  const bool standard = tier == llm::ServiceTier::standard;
  return time_of_date(standard ? sheet.date : sheet.tier_date);
}

}  // namespace tollway::pricing
