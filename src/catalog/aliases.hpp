// "~author/family-latest" where the list does not say what it stands for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/model.hpp"

namespace tollway::catalog {

// The id of the newest model of the author whose name has all words of the alias's family, first of
// those at the alias's own prices, which are its target's (wire.md 4.6); empty where there is none.
[[nodiscard]] std::string newest_of_family(const Model& alias, std::span<const Model> models);

// The words of a model's name without those that only number or date it: {"claude", "sonnet"} of
// "anthropic/claude-sonnet-4.5".
[[nodiscard]] std::vector<std::string> family_words(std::string_view id);

}  // namespace tollway::catalog
