// Prices as OpenRouter's model list states them (GET /models: pricing; wire.md 5.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/price_sheet.hpp"
#include "tollway/error.hpp"

namespace tollway::pricing {

struct ListedPrices {
  std::string id;               // "anthropic/claude-sonnet-4.5"
  std::string canonical_slug;   // the permanent name; empty where not stated
  std::vector<Period> periods;  // empty: known only after routing ("-1")
};

// What the member of that name in OpenRouter's `pricing` is the price of; nullopt where usage does
// not count it.
[[nodiscard]] std::optional<Unit> unit_of_openrouter(std::string_view key) noexcept;

// Reads {"data": [{"id", "pricing": {...}}]}. Prices are dollars a unit; what is missing is not
// priced separately. `overrides` become tiers (min_prompt_tokens) and parts of the day (utc_start,
// utc_end), in each of which every entry that holds is laid over those before it. A `discount` is
// taken to be in the prices already, as OpenRouter's guide for providers has it (wire.md 5.4).
// Prices of OCR pages, which nobody counts, are left out. A row that cannot be read is left out too
// and named in `problems`; Errc::upstream_invalid where the whole is no list.
[[nodiscard]] Result<std::vector<ListedPrices>> read_openrouter_prices(
    std::string_view models_json, std::vector<std::string>& problems);

// Reads {"data": {"endpoints": [{"tag", "pricing"}]}} (GET /models/{author}/{slug}/endpoints): what
// the model costs in that tier, whose endpoints are tagged "openai/flex" or "openai/priority",
// their multiplier already applied (wire.md 4.4). Empty where there are none, where they differ, as
// then it depends on who serves, and where they cannot be read.
[[nodiscard]] std::vector<Period> read_openrouter_tier_prices(std::string_view endpoints_json,
                                                              llm::ServiceTier tier);

}  // namespace tollway::pricing
