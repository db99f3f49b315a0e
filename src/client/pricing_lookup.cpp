#include "client/pricing_lookup.hpp"

#include <utility>

#include "base/decimal.hpp"
#include "pricing/filled_prices.hpp"

namespace tollway::client {
namespace {

using pricing::PriceSheet;

std::optional<ModelPricing> pricing_in(const std::optional<PriceSheet::Found>& found,
                                       llm::ServiceTier tier, PricingSource source,
                                       std::shared_ptr<const void> owner) {
  if (!found || !found->model->has_prices(tier)) return std::nullopt;
  return client::pricing_of(*found->sheet, *found->model, source, std::move(owner), tier);
}

// What the operator says counts while it holds.
std::optional<ModelPricing> pricing_overridden(const std::optional<PriceSheet::Found>& found,
                                               llm::ServiceTier tier, const Overrides& overrides,
                                               PriceTime at) {
  if (!found || found->model->rates(at, tier) == nullptr) return std::nullopt;
  return pricing_in(found, tier, PricingSource::override_price, overrides);
}

// OpenRouter's list states the standard tier alone.
std::optional<ModelPricing> in_built_in_listing(const TierOfModel& wanted) {
  if (wanted.tier != llm::ServiceTier::standard) return std::nullopt;
  const auto* found = find_pricing(built_in_listing_prices(), wanted.model);
  if (found == nullptr) return std::nullopt;
  return filled_up(resells_at_the_makers_prices, *found);
}

std::optional<ModelPricing> stated_by_name(const TierOfModel& wanted, const Overrides& overrides,
                                           PriceTime at) {
  const auto& [model, tier] = wanted;
  if (overrides != nullptr) {
    if (auto found = pricing_overridden(overrides->find_by_name(model), tier, overrides, at)) {
      return found;
    }
  }
  if (auto found = pricing_in(PriceSheet::built_in().find_by_name(model), tier,
                              PricingSource::built_in, {})) {
    return found;
  }
  return in_built_in_listing(wanted);
}

std::optional<ModelPricing> stated(std::string_view provider, const TierOfModel& wanted,
                                   const Overrides& overrides, PriceTime at) {
  const auto vendor = sheet_name(provider);
  const auto& [model, tier] = wanted;
  if (overrides != nullptr) {
    if (auto found = pricing_overridden(overrides->find(vendor, model), tier, overrides, at)) {
      return found;
    }
  }
  const bool resells = provider == resells_at_the_makers_prices;
  if (resells) {
    if (auto found = in_built_in_listing(wanted)) return found;
  }
  if (auto found = pricing_in(PriceSheet::built_in().find(vendor, model), tier,
                              PricingSource::built_in, {})) {
    return found;
  }
  // It has no model without an author in its name.
  if (!resells || !model.contains('/')) return std::nullopt;
  return stated_by_name(wanted, overrides, at);
}

// One discount after the other.
pricing::Discount both(pricing::Discount one, pricing::Discount other) {
  const auto left =
      pricing::reduced(pricing::Price{pricing::Discount::whole - one.billionths}, other);
  return {pricing::Discount::whole - left.femtodollars};
}

void reduce(std::vector<pricing::Period>& periods, pricing::Discount discount) {
  for (auto& period : periods) {
    period.rates = pricing::reduced(std::move(period.rates), discount);
    period.discount = both(period.discount, discount);
  }
}

std::shared_ptr<const ModelPricing::Rows> reduced_rows(ModelPricing::Rows rows,
                                                       pricing::Discount discount) {
  auto model = std::make_shared<pricing::PricedModel>(*rows.model);
  reduce(model->periods, discount);
  for (auto& tier : model->tiers) reduce(tier.periods, discount);
  rows.model = model.get();
  rows.owner = std::move(model);
  return std::make_shared<const ModelPricing::Rows>(std::move(rows));
}

}  // namespace

std::optional<ModelPricing> pricing_unasked(std::string_view provider, const TierOfModel& wanted,
                                            const Overrides& overrides, PriceTime at) {
  auto found = stated(provider, wanted, overrides, at);
  if (found) found = discounted(std::move(*found), provider, wanted.model, overrides, at);
  return found;
}

std::optional<ModelPricing> pricing_by_name(const TierOfModel& wanted, const Overrides& overrides,
                                            PriceTime at) {
  auto found = stated_by_name(wanted, overrides, at);
  if (!found) return found;
  const auto provider = found->provider;
  return discounted(std::move(*found), provider, wanted.model, overrides, at);
}

ModelPricing discounted(ModelPricing pricing, std::string_view provider, std::string_view model,
                        const Overrides& overrides, PriceTime at) {
  const bool is_final = overrides == nullptr || pricing.source == PricingSource::override_price ||
                        pricing.source == PricingSource::local;
  const auto granted =
      is_final ? std::nullopt
               : overrides->discount(sheet_name(provider), model, pricing.rows->tier, at);
  if (granted) pricing.rows = reduced_rows(*pricing.rows, *granted);
  constexpr int places = 9;
  const auto* const period = pricing.rows->model->period(at, pricing.rows->tier);
  if (period != nullptr && period->discount.billionths != 0) {
    pricing.discount = format_decimal(period->discount.billionths, places);
  }
  return pricing;
}

ModelPricing filled_up(std::string_view provider, const ModelPricing& listed) {
  auto found = PriceSheet::built_in().find(sheet_name(provider), listed.model);
  if (!found && provider == resells_at_the_makers_prices && listed.model.contains('/')) {
    found = PriceSheet::built_in().find_by_name(listed.model);
  }
  if (!found) return listed;
  const auto& stated = listed.rows->model->periods;
  auto periods =
      pricing::filled_up(stated, found->model->periods, listed.as_of.value_or(price_time_now()));
  auto pricing = listed;
  if (!pricing.context_length) pricing.context_length = found->model->context_length;
  if (periods == stated) return pricing;
  auto model = std::make_shared<pricing::PricedModel>(*listed.rows->model);
  model->periods = std::move(periods);
  auto rows = *listed.rows;
  rows.model = model.get();
  rows.owner = std::move(model);
  pricing.rows = std::make_shared<const ModelPricing::Rows>(std::move(rows));
  return pricing;
}

}  // namespace tollway::client
