// What stands behind a ModelPricing, for the library's own sources.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/price_sheet.hpp"
#include "tollway/pricing.hpp"

namespace tollway {

struct ModelPricing::Rows {
  const pricing::PricedModel* model = nullptr;
  std::shared_ptr<const void> owner;  // of model; null: it lasts as long as the program
  // What the source says that the model can do; empty: nothing.
  std::vector<std::string> parameters;
  std::vector<std::string> input_modalities;
  llm::ServiceTier tier = llm::ServiceTier::standard;
};

namespace client {

// Null where the price is dynamic.
[[nodiscard]] const pricing::Rates* rates_at(const ModelPricing& pricing, PriceTime at) noexcept;

[[nodiscard]] PriceTime price_time_now();

[[nodiscard]] std::string lower(std::string_view text);

using pricing::sheet_name;

// A row of a sheet, which must last as long as `owner` or the program.
[[nodiscard]] ModelPricing pricing_of(const pricing::VendorSheet& sheet,
                                      const pricing::PricedModel& model, PricingSource source,
                                      std::shared_ptr<const void> owner,
                                      llm::ServiceTier tier = llm::ServiceTier::standard);

// Everything free.
[[nodiscard]] ModelPricing local_pricing(const ProviderInfo& provider, std::string_view model);

// What a provider's list of models states, in the order of names; models without a price are left
// out.
[[nodiscard]] std::vector<ModelPricing> listed_prices(const ProviderInfo& provider,
                                                      const std::vector<ModelInfo>& models,
                                                      PriceTime as_of);

// What OpenRouter listed when the program was made.
[[nodiscard]] const std::vector<ModelPricing>& built_in_listing_prices();

// By name without regard to case; null where it is not there.
[[nodiscard]] const ModelPricing* find_pricing(const std::vector<ModelPricing>& in_order,
                                               std::string_view model);

// pricing.overrides; null where there are none.
[[nodiscard]] Result<std::shared_ptr<const pricing::PriceSheet>> read_overrides(
    const SettingsSnapshot& settings);

}  // namespace client
}  // namespace tollway
