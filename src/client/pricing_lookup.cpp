#include "client/pricing_lookup.hpp"

#include <algorithm>
#include <utility>

namespace tollway::client {
namespace {

using pricing::PriceSheet;

std::optional<ModelPricing> in_sheet(const PriceSheet& sheet, PricingSource source,
                                     std::shared_ptr<const void> owner, std::string_view vendor,
                                     std::string_view model) {
  const auto found = sheet.find(vendor, model);
  if (!found || !has_prices(*found->model)) return std::nullopt;
  return client::pricing_of(*found->sheet, *found->model, source, std::move(owner));
}

std::optional<ModelPricing> copy_of(const ModelPricing* pricing) {
  return pricing == nullptr ? std::nullopt : std::optional(*pricing);
}

}  // namespace

bool has_prices(const pricing::PricedModel& model) {
  return std::ranges::any_of(model.periods, [](const pricing::Period& period) {
    return std::ranges::any_of(period.rates, [](const auto& rate) { return rate.has_value(); });
  });
}

std::optional<ModelPricing> pricing_unasked(std::string_view provider, std::string_view model,
                                            const Overrides& overrides) {
  const auto vendor = sheet_name(provider);
  if (overrides != nullptr) {
    auto found = in_sheet(*overrides, PricingSource::override_price, overrides, vendor, model);
    if (found) return found;
  }
  if (auto found = in_sheet(PriceSheet::built_in(), PricingSource::built_in, {}, vendor, model)) {
    return found;
  }
  if (provider != resells_at_the_makers_prices) return std::nullopt;
  if (auto found = copy_of(find_pricing(built_in_listing_prices(), model))) return found;
  return pricing_by_name(model, overrides);
}

std::optional<ModelPricing> pricing_by_name(std::string_view model, const Overrides& overrides) {
  if (overrides != nullptr) {
    if (const auto found = overrides->find_by_name(model)) {
      return pricing_of(*found->sheet, *found->model, PricingSource::override_price, overrides);
    }
  }
  const auto found = PriceSheet::built_in().find_by_name(model);
  if (found && has_prices(*found->model)) {
    return pricing_of(*found->sheet, *found->model, PricingSource::built_in, {});
  }
  return copy_of(find_pricing(built_in_listing_prices(), model));
}

}  // namespace tollway::client
