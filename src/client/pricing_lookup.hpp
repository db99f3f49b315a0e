// Prices that are known without asking anybody.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "client/pricing_rows.hpp"

namespace tollway::client {

inline constexpr std::string_view resells_at_the_makers_prices = "openrouter";

// Rows without any price are as good as none.
[[nodiscard]] bool has_prices(const pricing::PricedModel& model);

using Overrides = std::shared_ptr<const pricing::PriceSheet>;  // null: none

// Of the provider with that key in lower case, by the overrides, else by what is built in.
[[nodiscard]] std::optional<ModelPricing> pricing_unasked(std::string_view provider,
                                                          std::string_view model,
                                                          const Overrides& overrides);
// By the name alone: as its maker prices it.
[[nodiscard]] std::optional<ModelPricing> pricing_by_name(std::string_view model,
                                                          const Overrides& overrides);

}  // namespace tollway::client
