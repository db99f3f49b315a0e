// From counts and a price to what the library shows.
#pragma once

#include <optional>

#include "pricing/cost.hpp"
#include "tollway/pricing.hpp"

namespace tollway::client {

// All costs are unknown without a price. Errors are those of CostCalculator::calculate_cost().
[[nodiscard]] Result<CostBreakdown> break_down(const UsageCounts& usage,
                                               std::optional<ModelPricing> pricing, PriceTime at);

}  // namespace tollway::client
