// A list's prices and a sheet's, put together.
#pragma once

#include <span>
#include <vector>

#include "pricing/price_sheet.hpp"

namespace tollway::pricing {

// What a list states and, where a sheet says the same of input and output, what only the sheet
// knows: units, tiers, other times. Each price that the list states stands as it is; a unit's tiers
// are taken from the sheet where the list has no tiers at all and the same price below them. The
// sheet's prices of other times are taken where what it says of `listed_at`, when the list was
// read, is what the list says, and the list itself has no times.
[[nodiscard]] std::vector<Period> filled_up(std::span<const Period> listed,
                                            std::span<const Period> sheet, SystemTime listed_at);

}  // namespace tollway::pricing
