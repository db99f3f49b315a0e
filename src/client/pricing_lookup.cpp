#include "client/pricing_lookup.hpp"

#include <utility>

namespace tollway::client {
namespace {

using pricing::PriceSheet;

std::optional<ModelPricing> pricing_in(const std::optional<PriceSheet::Found>& found,
                                       llm::ServiceTier tier, PricingSource source,
                                       std::shared_ptr<const void> owner) {
  if (!found || !found->model->has_prices(tier)) return std::nullopt;
  return client::pricing_of(*found->sheet, *found->model, source, std::move(owner), tier);
}

// OpenRouter's list states the standard tier alone.
std::optional<ModelPricing> in_built_in_listing(const TierOfModel& wanted) {
  if (wanted.tier != llm::ServiceTier::standard) return std::nullopt;
  const auto* found = find_pricing(built_in_listing_prices(), wanted.model);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace

std::optional<ModelPricing> pricing_unasked(std::string_view provider, const TierOfModel& wanted,
                                            const Overrides& overrides) {
  const auto vendor = sheet_name(provider);
  const auto& [model, tier] = wanted;
  if (overrides != nullptr) {
    auto found =
        pricing_in(overrides->find(vendor, model), tier, PricingSource::override_price, overrides);
    if (found) return found;
  }
  if (auto found = pricing_in(PriceSheet::built_in().find(vendor, model), tier,
                              PricingSource::built_in, {})) {
    return found;
  }
  if (provider != resells_at_the_makers_prices) return std::nullopt;
  if (auto found = in_built_in_listing(wanted)) return found;
  return pricing_by_name(wanted, overrides);
}

std::optional<ModelPricing> pricing_by_name(const TierOfModel& wanted, const Overrides& overrides) {
  const auto& [model, tier] = wanted;
  if (overrides != nullptr) {
    auto found =
        pricing_in(overrides->find_by_name(model), tier, PricingSource::override_price, overrides);
    if (found) return found;
  }
  if (auto found = pricing_in(PriceSheet::built_in().find_by_name(model), tier,
                              PricingSource::built_in, {})) {
    return found;
  }
  return in_built_in_listing(wanted);
}

ModelPricing the_fuller(std::string_view provider, const ModelPricing& listed, PriceTime at) {
  const auto* const rates = rates_at(listed, at);
  const auto found = PriceSheet::built_in().find(sheet_name(provider), listed.model);
  if (rates == nullptr || !found || !pricing::agree(found->model->periods, *rates)) return listed;
  auto pricing = pricing_of(*found->sheet, *found->model, PricingSource::built_in, {});
  pricing.model = listed.model;
  auto rows = *pricing.rows;
  rows.parameters = listed.rows->parameters;
  rows.input_modalities = listed.rows->input_modalities;
  pricing.rows = std::make_shared<const ModelPricing::Rows>(std::move(rows));
  if (listed.context_length) pricing.context_length = listed.context_length;
  return pricing;
}

}  // namespace tollway::client
