// Prices that are known without asking anybody.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "client/pricing_rows.hpp"

namespace tollway::client {

inline constexpr std::string_view resells_at_the_makers_prices = "openrouter";

using Overrides = std::shared_ptr<const pricing::PriceSheet>;  // null: none

// What is asked for: of which model, in which tier ("gpt-4o:batch" is the batch tier of "gpt-4o").
using pricing::TierOfModel;

// Of the provider with that key in lower case, by the overrides that hold at that time, else by
// what is built in.
[[nodiscard]] std::optional<ModelPricing> pricing_unasked(std::string_view provider,
                                                          const TierOfModel& wanted,
                                                          const Overrides& overrides, PriceTime at);
// By the name alone: as its maker prices it.
[[nodiscard]] std::optional<ModelPricing> pricing_by_name(const TierOfModel& wanted,
                                                          const Overrides& overrides, PriceTime at);
// Less what the operator is granted by that provider at that time; his own prices and those of his
// own machine stay as they are.
[[nodiscard]] ModelPricing discounted(ModelPricing pricing, std::string_view provider,
                                      std::string_view model, const Overrides& overrides,
                                      PriceTime at);
// What the provider's list states, and what only the built-in sheet knows (filled_prices.hpp).
[[nodiscard]] ModelPricing filled_up(std::string_view provider, const ModelPricing& listed);

}  // namespace tollway::client
