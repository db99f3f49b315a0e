#include "catalog/changes.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace tollway::catalog {
namespace {

// In the order of Change::Kind.
constexpr std::array<std::string_view, 8> kinds{"added",      "removed",     "price_up",
                                                "price_down", "price_mixed", "price_other",
                                                "context",    "expiring"};

using ModelsById = std::unordered_map<std::string_view, const Model*>;

ModelsById offered_by_id(const Catalogue& catalogue) {
  ModelsById models;
  for (const Model& model : catalogue.models()) {
    if (!model.offers.empty()) models.emplace(model.id, &model);
  }
  return models;
}

Change::Kind direction_of(const std::vector<PriceChange>& changes) {
  bool up = false;
  bool down = false;
  for (const auto& change : changes) {
    if (change.key != PriceKey::prompt && change.key != PriceKey::completion) continue;
    const bool unknown = !change.before || !change.after;
    up = up || unknown || *change.after > *change.before;
    down = down || unknown || *change.after < *change.before;
  }
  if (up && down) return Change::Kind::price_mixed;
  if (up) return Change::Kind::price_up;
  return down ? Change::Kind::price_down : Change::Kind::price_other;
}

void compare_prices(const Model& before, const Model& after, std::vector<Change>& changes) {
  std::vector<PriceChange> prices;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto key = static_cast<PriceKey>(i);
    if (before.prices[key] != after.prices[key]) {
      prices.push_back({key, before.prices[key], after.prices[key]});
    }
  }
  if (prices.empty()) return;
  Change change;
  change.kind = direction_of(prices);
  change.model = after.id;
  change.prices = std::move(prices);
  changes.push_back(std::move(change));
}

void compare(const Model& before, const Model& after, std::vector<Change>& changes) {
  compare_prices(before, after, changes);
  if (before.context_length != after.context_length) {
    Change change;
    change.kind = Change::Kind::context;
    change.model = after.id;
    change.context_before = before.context_length;
    change.context_after = after.context_length;
    changes.push_back(std::move(change));
  }
  if (after.expires && before.expires != after.expires) {
    Change change;
    change.kind = Change::Kind::expiring;
    change.model = after.id;
    change.expires = after.expires;
    changes.push_back(std::move(change));
  }
}

// `model` as it came or went, with what it costs.
Change arrival(Change::Kind kind, const Model& model) {
  Change change;
  change.kind = kind;
  change.model = model.id;
  const bool came = kind == Change::Kind::added;
  (came ? change.context_after : change.context_before) = model.context_length;
  change.expires = model.expires;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto key = static_cast<PriceKey>(i);
    if (!model.prices[key]) continue;
    change.prices.push_back(
        {key, came ? std::nullopt : model.prices[key], came ? model.prices[key] : std::nullopt});
  }
  return change;
}

// Lists hide what gives no text unless asked for it, and so say nothing about it.
bool tells_of(const Catalogue& catalogue, const Model& model) {
  const auto gives_text = [](const Model& one) {
    const auto& gives = one.output_modalities;
    return gives.empty() || std::ranges::find(gives, "text") != gives.end();
  };
  return gives_text(model) || !std::ranges::all_of(catalogue.models(), gives_text);
}

}  // namespace

std::string_view name_of(Change::Kind kind) noexcept {
  return kinds[static_cast<std::size_t>(kind)];
}

std::optional<Change::Kind> change_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kinds, name);
  if (found == kinds.end()) return std::nullopt;
  return static_cast<Change::Kind>(found - kinds.begin());
}

std::vector<Change> changes_between(const Catalogue& before, const Catalogue& after) {
  const ModelsById old_models = offered_by_id(before);
  const ModelsById new_models = offered_by_id(after);
  std::vector<Change> changes;
  for (const Model& model : before.models()) {
    if (!model.offers.empty() && !new_models.contains(model.id) && tells_of(after, model)) {
      changes.push_back(arrival(Change::Kind::removed, model));
    }
  }
  for (const Model& model : after.models()) {
    if (model.offers.empty()) continue;
    const auto old = old_models.find(model.id);
    if (old == old_models.end()) {
      if (tells_of(before, model)) changes.push_back(arrival(Change::Kind::added, model));
    } else {
      compare(*old->second, model, changes);
    }
  }
  return changes;
}

}  // namespace tollway::catalog
