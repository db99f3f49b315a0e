#include "catalog/changes.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace tollway::catalog {
namespace {

// In the order of Change::Kind.
constexpr std::array<std::string_view, 10> kinds{
    "added",       "removed", "price_up", "price_down",  "price_mixed",
    "price_other", "context", "expiring", "offer_added", "offer_removed"};

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

// The keys of a list show the window of the moment at which it was made: those of the day's first
// window are taken instead, so that the clock alone changes nothing.
Prices of_whole_day(const Prices& prices) {
  std::optional<std::chrono::minutes> first;
  for (const auto& one : prices.overrides) {
    if (one.daily && (!first || one.daily->start < *first)) first = one.daily->start;
  }
  return first ? prices.at(*first) : prices;
}

const PriceOverride* same_condition(const PriceOverride& wanted, const Prices& prices) {
  const auto found = std::ranges::find_if(prices.overrides, [&wanted](const auto& one) {
    return one.above_prompt_tokens == wanted.above_prompt_tokens && one.daily == wanted.daily;
  });
  return found == prices.overrides.end() ? nullptr : &*found;
}

// Keys that an override does not name are the base's.
void compare_override(const PriceOverride& condition, const Prices& before, const Prices& after,
                      std::vector<PriceChange>& changes) {
  const auto* const old = same_condition(condition, before);
  const auto* const now = same_condition(condition, after);
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto named = [i](const PriceOverride* one) {
      return one != nullptr && one->femtodollars[i];
    };
    if (!named(old) && !named(now)) continue;
    const auto& was = named(old) ? old->femtodollars[i] : before.femtodollars[i];
    const auto& is = named(now) ? now->femtodollars[i] : after.femtodollars[i];
    if (was == is) continue;
    changes.push_back({.key = static_cast<PriceKey>(i),
                       .before = was,
                       .after = is,
                       .above_prompt_tokens = condition.above_prompt_tokens,
                       .daily = condition.daily});
  }
}

std::vector<PriceChange> price_changes(const Prices& before, const Prices& after) {
  std::vector<PriceChange> changes;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto key = static_cast<PriceKey>(i);
    if (before[key] != after[key]) {
      changes.push_back({.key = key, .before = before[key], .after = after[key]});
    }
  }
  for (const auto& one : after.overrides) compare_override(one, before, after, changes);
  for (const auto& one : before.overrides) {
    if (same_condition(one, after) == nullptr) compare_override(one, before, after, changes);
  }
  return changes;
}

void compare(const Model& model, const Offer& before, const Offer& after,
             std::vector<Change>& changes) {
  auto prices = price_changes(of_whole_day(before.prices), of_whole_day(after.prices));
  if (!prices.empty()) {
    Change change;
    change.kind = direction_of(prices);
    change.model = model.id;
    change.provider = after.provider;
    change.prices = std::move(prices);
    changes.push_back(std::move(change));
  }
  if (before.context_length != after.context_length) {
    Change change;
    change.kind = Change::Kind::context;
    change.model = model.id;
    change.provider = after.provider;
    change.context_before = before.context_length;
    change.context_after = after.context_length;
    changes.push_back(std::move(change));
  }
}

void note_offer(Change::Kind kind, const Model& model, const Offer& offer,
                std::vector<Change>& changes) {
  Change change;
  change.kind = kind;
  change.model = model.id;
  change.provider = offer.provider;
  changes.push_back(std::move(change));
}

void compare(const Model& before, const Model& after, std::vector<Change>& changes) {
  for (const Offer& offer : before.offers) {
    if (Catalogue::offer_of(after, offer.provider) == nullptr) {
      note_offer(Change::Kind::offer_removed, after, offer, changes);
    }
  }
  for (const Offer& offer : after.offers) {
    if (const auto* const old = Catalogue::offer_of(before, offer.provider)) {
      compare(after, *old, offer, changes);
    } else {
      note_offer(Change::Kind::offer_added, after, offer, changes);
    }
  }
  if (after.expires && before.expires != after.expires) {
    Change change;
    change.kind = Change::Kind::expiring;
    change.model = after.id;
    change.provider = after.offers.front().provider;
    change.expires = after.expires;
    changes.push_back(std::move(change));
  }
}

// `model` as it came or went, with what it costs.
Change arrival(Change::Kind kind, const Model& model) {
  Change change;
  change.kind = kind;
  change.model = model.id;
  change.provider = model.offers.front().provider;
  const bool came = kind == Change::Kind::added;
  (came ? change.context_after : change.context_before) = model.context_length;
  change.expires = model.expires;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto key = static_cast<PriceKey>(i);
    const auto& price = model.prices[key];
    if (!price) continue;
    change.prices.push_back(
        {.key = key, .before = came ? std::nullopt : price, .after = came ? price : std::nullopt});
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
