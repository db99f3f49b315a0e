#include "catalog/sheet_prices.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "catalog/rows.hpp"
#include "pricing/openrouter_prices.hpp"

namespace tollway::catalog {
namespace {

using pricing::PricedModel;
using pricing::Rates;
using pricing::SystemTime;
using std::chrono::minutes;

constexpr auto standard = llm::ServiceTier::standard;

// `threshold`: of the tier that begins above it; nullopt: of short prompts.
PriceAmounts amounts_of(const Rates& rates, std::optional<std::int64_t> threshold) {
  PriceAmounts amounts;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto unit = pricing::unit_of_openrouter(name_of(static_cast<PriceKey>(i)));
    const auto* price = unit && rate(rates, *unit) ? &*rate(rates, *unit) : nullptr;
    if (price == nullptr) continue;
    if (!threshold) {
      amounts[i] = price->base.femtodollars;
      continue;
    }
    const auto tier = std::ranges::find(price->tiers, *threshold,
                                        &pricing::TieredPrice::Tier::above_prompt_tokens);
    if (tier != price->tiers.end()) amounts[i] = tier->price.femtodollars;
  }
  return amounts;
}

void add_tiers(const Rates& rates, const std::optional<PriceOverride::Daily>& daily,
               Prices& prices) {
  std::set<std::int64_t> thresholds;
  for (const auto& price : rates) {
    if (!price) continue;
    for (const auto& tier : price->tiers) thresholds.insert(tier.above_prompt_tokens);
  }
  for (const auto threshold : thresholds) {
    prices.overrides.push_back({.above_prompt_tokens = threshold,
                                .daily = daily,
                                .femtodollars = amounts_of(rates, threshold)});
  }
}

// The times of the day at which another period may begin to count.
std::set<minutes> turns_of(std::span<const pricing::Period> periods, SystemTime now) {
  std::set<minutes> turns;
  for (const auto& period : periods) {
    auto days = period.when;
    days.daily.reset();
    if (!period.when.daily || !days.holds(now)) continue;
    turns.insert(period.when.daily->start);
    turns.insert(period.when.daily->end);
  }
  return turns;
}

template <class RatesAt>
Prices prices_of(const PricedModel& model, SystemTime now, const RatesAt& rates_at) {
  Prices prices;
  const Rates rates = rates_at(now);
  prices.femtodollars = amounts_of(rates, std::nullopt);
  const auto turns = turns_of(model.periods, now);
  if (turns.size() < 2) {
    add_tiers(rates, std::nullopt, prices);
    return prices;
  }
  const auto midnight = std::chrono::floor<std::chrono::days>(now);
  for (auto at = turns.begin(); at != turns.end(); ++at) {
    const auto next = std::next(at);
    const PriceOverride::Daily window{.start = *at,
                                      .end = next == turns.end() ? *turns.begin() : *next};
    const Rates then = rates_at(midnight + *at);
    prices.overrides.push_back({.above_prompt_tokens = std::nullopt,
                                .daily = window,
                                .femtodollars = amounts_of(then, std::nullopt)});
    add_tiers(then, window, prices);
  }
  return prices;
}

std::int64_t seconds_of(std::string_view date) {
  const auto day = read_date(date);
  return day ? std::chrono::duration_cast<std::chrono::seconds>(day->time_since_epoch()).count()
             : 0;
}

struct InSheets {
  std::shared_ptr<const pricing::PriceSheet> overrides;
  SystemTime now;

  [[nodiscard]] std::optional<pricing::PriceSheet::Found> find(const pricing::PriceSheet& sheet,
                                                               std::string_view vendor,
                                                               std::string_view model) const {
    const auto found = sheet.find(vendor, model);
    if (!found || found->model->rates(now, standard) == nullptr) return std::nullopt;
    return found;
  }

  Prices operator()(std::string_view provider, std::string_view model) const {
    const auto vendor = pricing::sheet_name(provider);
    if (const auto own = overrides ? find(*overrides, vendor, model) : std::nullopt) {
      Prices prices =
          prices_of(*own->model, now, [&](SystemTime at) { return own->model->rates(at); });
      prices.source = PriceSource::operators;
      return prices;
    }
    const auto found = find(pricing::PriceSheet::built_in(), vendor, model);
    if (!found) return {};
    Prices prices = prices_of(*found->model, now, [&](SystemTime at) {
      const auto granted =
          overrides ? overrides->discount(vendor, model, standard, at) : std::nullopt;
      const auto& rates = found->model->rates(at);
      return granted ? pricing::reduced(rates, *granted) : rates;
    });
    prices.source = PriceSource::built_in;
    const auto& date = found->model->date;
    prices.as_of = seconds_of(date.empty() ? found->sheet->date : date);
    return prices;
  }
};

}  // namespace

PriceLookup look_up_in_sheets(std::shared_ptr<const pricing::PriceSheet> overrides,
                              std::int64_t now) {
  return InSheets{.overrides = std::move(overrides), .now = SystemTime(std::chrono::seconds(now))};
}

}  // namespace tollway::catalog
