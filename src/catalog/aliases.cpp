#include "catalog/aliases.hpp"

#include <algorithm>
#include <tuple>

#include "catalog/names.hpp"

namespace tollway::catalog {

std::vector<std::string> family_words(std::string_view id) {
  while (cut_variant(id)) {
  }
  const std::string name = folded(bare_name(id));
  std::vector<std::string> words;
  std::string_view rest = undated(name);
  while (!rest.empty()) {
    const auto dash = std::min(rest.find('-'), rest.size());
    auto word = rest.substr(0, dash);
    rest.remove_prefix(std::min(dash + 1, rest.size()));
    // "gemini2", "qwen3": the number behind a word is a version, too.
    word = word.substr(0, word.find_first_of("0123456789"));
    const bool tells = word.size() > 1 && word != "preview" && word != "beta" && word != "exp";
    if (tells) words.emplace_back(word);
  }
  return words;
}

std::string newest_of_family(const Model& alias, std::span<const Model> models) {
  const auto wanted = family_words(alias.id);
  const auto author = author_of(alias.id);
  const Model* best = nullptr;
  const auto rank = [&alias, &wanted](const Model& model) {
    const auto more = family_words(model.id).size() - wanted.size();
    const bool same_price =
        model.prices[PriceKey::prompt] == alias.prices[PriceKey::prompt] &&
        model.prices[PriceKey::completion] == alias.prices[PriceKey::completion];
    return std::tuple(same_price, -static_cast<std::ptrdiff_t>(more), model.created,
                      -static_cast<std::ptrdiff_t>(model.id.size()));
  };
  for (const Model& model : models) {
    if (model.id.starts_with('~') || model.id.contains(':')) continue;
    if (author_of(model.id) != author) continue;
    const auto words = family_words(model.id);
    const bool has_all = std::ranges::all_of(wanted, [&words](const auto& word) {
      return std::ranges::find(words, word) != words.end();
    });
    if (has_all && (best == nullptr || rank(model) > rank(*best))) best = &model;
  }
  return best == nullptr ? std::string() : best->id;
}

}  // namespace tollway::catalog
