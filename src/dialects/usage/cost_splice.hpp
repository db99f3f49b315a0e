// The cost of an answer, put where OpenRouter's clients look for it (wire.md 2.7, 6.1 to 6.3).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tollway/money.hpp"

namespace tollway::dialects {

// How a dialect's answers, or its streams' events, say what they cost.
struct CostForm {
  std::string_view owner;   // the member that holds "usage"; empty: the outermost object
  std::string_view prompt;  // names in "cost_details"
  std::string_view completion;
};

struct OwnCost {
  Money total;
  Money prompt;
  Money completion;
};

// Text to be inserted before the byte `at`.
struct Splice {
  std::size_t at = 0;
  std::string text;
};

// What makes the usage object in `json`, one valid JSON object, state the cost: "cost",
// "cost_details" and "is_byok", those of the last two that it lacks. Nullopt where it has a "cost"
// of whatever kind, for that is the provider's own word, and where there is no usage object.
[[nodiscard]] std::optional<Splice> splice_cost(std::string_view json, const CostForm& form,
                                                const OwnCost& cost);

}  // namespace tollway::dialects
