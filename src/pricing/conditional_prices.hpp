// Prices that hold only above a prompt's length or at certain hours, as OpenRouter's `overrides`
// state them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pricing/price_sheet.hpp"

namespace tollway::pricing {

// Holds when all of its conditions do.
struct ConditionalPrices {
  std::optional<std::int64_t> above_prompt_tokens;  // strictly
  std::optional<Validity::Daily> daily;
  std::vector<std::pair<Unit, Price>> prices;
};

// `base` with the entries laid over it in their order: of those that hold the last that names a
// unit prices it; units that none names keep the base (wire.md 5.4). The first period is what holds
// outside of all windows; each further one is a part of the day in which the same windows are open.
// A unit without a base costs up to the first threshold what the unit costs that contains it.
// Nullopt where there is none: below the threshold nobody knows.
[[nodiscard]] std::optional<std::vector<Period>> layered(
    const Rates& base, std::span<const ConditionalPrices> entries);

}  // namespace tollway::pricing
