// What a vendor's list states beside the prices of prompt and completion.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tollway/provider.hpp"

namespace tollway::providers {

// Dollars a token, as Entry::price() gives them.
struct FurtherPrices {
  std::optional<std::string> cache_read = {};
  std::optional<std::string> cache_write = {};
  // Of prompts that are longer, where the vendor says which.
  std::optional<std::int64_t> above_prompt_tokens = {};
  std::optional<std::string> long_prompt = {};
  std::optional<std::string> long_completion = {};
  std::optional<std::string> long_cache_read = {};
};

// Writes them and those of prompt and completion, which must be there, into model.pricing_json. A
// cache that costs nothing where the prompt costs something is one that these lists state no price
// of: they write 0 for models that do not cache, too.
void take_further_prices(const FurtherPrices& prices, ModelInfo& model);

}  // namespace tollway::providers
