// What price sheets know of offers whose provider states no prices, in the form of lists.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "catalog/prices.hpp"
#include "pricing/price_sheet.hpp"

namespace tollway::catalog {

// Of a provider's model, as the provider spells it; nothing where nobody knows.
using PriceLookup = std::function<Prices(std::string_view provider, std::string_view model)>;

// Of the standard tier as of `now`, Unix seconds: what the operator overrides, else what the
// built-in sheet has, less what the operator is granted. Prices that depend on the time of day or
// on the prompt's length have overrides. `overrides` may be null.
[[nodiscard]] PriceLookup look_up_in_sheets(std::shared_ptr<const pricing::PriceSheet> overrides,
                                            std::int64_t now);

}  // namespace tollway::catalog
