#include "pricing/filled_prices.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace tollway::pricing {
namespace {

Rates filled(Rates listed, const Rates& sheet) {
  const bool has_tiers =
      std::ranges::any_of(listed, [](const auto& rate) { return rate && !rate->tiers.empty(); });
  for (std::size_t i = 0; i < unit_count; ++i) {
    auto& stated = listed[i];
    if (!stated) {
      stated = sheet[i];
    } else if (!has_tiers && sheet[i] && sheet[i]->base == stated->base) {
      stated->tiers = sheet[i]->tiers;
    }
  }
  return listed;
}

Period filled(const Period& listed, const Period& sheet) {
  return {
      .when = listed.when, .rates = filled(listed.rates, sheet.rates), .discount = listed.discount};
}

// By the sheet's last period that says the same.
Period filled_by_any(const Period& listed, std::span<const Period> sheet) {
  for (const auto& period : std::views::reverse(sheet)) {
    if (agree({&period, 1}, listed.rates)) return filled(listed, period);
  }
  return listed;
}

}  // namespace

std::vector<Period> filled_up(std::span<const Period> listed, std::span<const Period> sheet,
                              SystemTime listed_at) {
  std::vector<Period> all;
  if (listed.empty()) return all;
  const auto latest_first = std::views::reverse(sheet);
  const auto then = std::ranges::find_if(
      latest_first, [listed_at](const Period& period) { return period.when.holds(listed_at); });
  const bool same_then =
      then != latest_first.end() && agree({&*then, 1}, listed.front().rates) && listed.size() == 1;
  if (!same_then) {
    for (const auto& period : listed) all.push_back(filled_by_any(period, sheet));
    return all;
  }
  // Where the sheet says nothing of a time, the list does.
  if (sheet.front().when != Validity{}) all.push_back(listed.front());
  for (const auto& period : sheet) {
    all.push_back(period);
    if (&period != &*then) continue;
    all.back().rates = filled(listed.front().rates, period.rates);
    all.back().discount = listed.front().discount;
  }
  return all;
}

}  // namespace tollway::pricing
