// Models looked through: what is asked for, in which order, and which one a mistyped name means.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/money.hpp"
#include "tollway/provider.hpp"

namespace tollway {

enum class ModelOrder : std::uint8_t { none, price, context, name, created };

struct ModelFilter {
  std::vector<std::string> words;  // all in id or name, without regard to case
  bool free = false;
  std::optional<Money> price_max;  // of a million tokens, prompt and completion each
  std::optional<std::int64_t> context_min;
  std::string modality;  // among those it takes or gives
};

// Those that pass, in order: cheapest, largest context, name, newest first. What is not known
// passes no filter that asks for it, and comes last.
[[nodiscard]] std::vector<ModelInfo> selected(std::vector<ModelInfo> models,
                                              const ModelFilter& filter, ModelOrder order);

// Dollars for a million tokens; nullopt where the provider states none or a price that varies.
[[nodiscard]] std::optional<Money> price_per_million(const std::optional<std::string>& per_token);
// "$2.5", "free", "varies" or "?".
[[nodiscard]] std::string price_shown(const std::optional<std::string>& per_token);
// "128K", "1M", "?".
[[nodiscard]] std::string count_shown(const std::optional<std::int64_t>& count);

// At most three ids that `name` may mean; the author before the slash may be missing or wrong.
[[nodiscard]] std::vector<std::string> models_near(std::string_view name,
                                                   std::span<const ModelInfo> models);

}  // namespace tollway
