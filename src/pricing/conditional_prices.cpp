#include "pricing/conditional_prices.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

namespace tollway::pricing {
namespace {

using std::chrono::minutes;

constexpr minutes day = std::chrono::days(1);

// One unit's price while entries are laid over it: a tier may have nothing below it.
struct Layers {
  std::optional<Price> base;
  std::vector<TieredPrice::Tier> tiers;  // by rising threshold
};
using LayersOfUnits = std::array<Layers, unit_count>;

LayersOfUnits layers_of(const Rates& base) {
  LayersOfUnits layers;
  for (std::size_t i = 0; i < unit_count; ++i) {
    if (base[i]) layers[i] = {.base = base[i]->base, .tiers = base[i]->tiers};
  }
  return layers;
}

void lay_over(const ConditionalPrices& entry, LayersOfUnits& layers) {
  for (const auto& [unit, price] : entry.prices) {
    auto& layer = layers[static_cast<std::size_t>(unit)];
    if (!entry.above_prompt_tokens) {
      layer = {.base = price, .tiers = {}};
      continue;
    }
    // What earlier entries say of longer prompts is over.
    const auto above = *entry.above_prompt_tokens;
    std::erase_if(layer.tiers, [above](const TieredPrice::Tier& tier) {
      return tier.above_prompt_tokens >= above;
    });
    layer.tiers.push_back({.above_prompt_tokens = above, .price = price});
  }
}

// The units that contain a unit, the nearest first, as cost_of() bills what has no price.
std::vector<Unit> containers_of(Unit unit) {
  switch (unit) {
    case Unit::cache_write_1h:
      return {Unit::cache_write_5m, Unit::input};
    case Unit::cache_read_audio:
      return {Unit::cache_read, Unit::input};
    case Unit::cache_read:
    case Unit::cache_write_5m:
    case Unit::input_audio:
    case Unit::input_image:
    case Unit::input_video:
      return {Unit::input};
    case Unit::reasoning:
    case Unit::output_audio:
    case Unit::output_image:
    case Unit::output_video:
      return {Unit::output};
    default:
      return {};
  }
}

// False where nothing contains the unit.
bool settle_without_base(Unit unit, const LayersOfUnits& layers, Rates& rates) {
  const auto& own = layers[static_cast<std::size_t>(unit)];
  for (const auto container : containers_of(unit)) {
    const auto& whole = rate(rates, container);
    if (!whole) continue;
    TieredPrice price{.base = whole->base, .tiers = {}};
    const auto first = own.tiers.front().above_prompt_tokens;
    std::ranges::copy_if(
        whole->tiers, std::back_inserter(price.tiers),
        [first](const TieredPrice::Tier& tier) { return tier.above_prompt_tokens < first; });
    price.tiers.insert(price.tiers.end(), own.tiers.begin(), own.tiers.end());
    rates[static_cast<std::size_t>(unit)] = std::move(price);
    return true;
  }
  return false;
}

std::optional<Rates> settled(const LayersOfUnits& layers) {
  Rates rates;
  for (std::size_t i = 0; i < unit_count; ++i) {
    if (layers[i].base) rates[i] = TieredPrice{.base = *layers[i].base, .tiers = layers[i].tiers};
  }
  // What contains a unit stands before it in the order of units.
  for (std::size_t i = 0; i < unit_count; ++i) {
    if (layers[i].base || layers[i].tiers.empty()) continue;
    if (!settle_without_base(static_cast<Unit>(i), layers, rates)) return std::nullopt;
  }
  return rates;
}

// Where the day is cut: at every edge of a window.
std::vector<minutes> edges_of(std::span<const ConditionalPrices> entries) {
  std::vector<minutes> edges;
  for (const auto& entry : entries) {
    if (!entry.daily) continue;
    edges.push_back(entry.daily->start % day);
    edges.push_back(entry.daily->end % day);
  }
  std::ranges::sort(edges);
  edges.erase(std::ranges::unique(edges).begin(), edges.end());
  return edges;
}

// The rates while the windows are open that are open at that time of the day.
std::optional<Rates> rates_at(const Rates& base, std::span<const ConditionalPrices> entries,
                              std::optional<minutes> time) {
  auto layers = layers_of(base);
  for (const auto& entry : entries) {
    const bool open =
        !entry.daily ||
        (time && Validity{.from = {}, .to = {}, .daily = entry.daily}.holds(SystemTime(*time)));
    if (open) lay_over(entry, layers);
  }
  return settled(layers);
}

}  // namespace

std::optional<std::vector<Period>> layered(const Rates& base,
                                           std::span<const ConditionalPrices> entries) {
  auto always = rates_at(base, entries, std::nullopt);
  if (!always) return std::nullopt;
  std::vector<Period> periods{{.when = {}, .rates = std::move(*always), .discount = {}}};
  const auto edges = edges_of(entries);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    auto rates = rates_at(base, entries, edges[i]);
    if (!rates) return std::nullopt;
    if (*rates == periods.front().rates) continue;
    Validity when;
    // With one edge the window is the whole day.
    if (edges.size() > 1) {
      when.daily = {.start = edges[i], .end = edges[(i + 1) % edges.size()]};
    }
    periods.push_back({.when = when, .rates = std::move(*rates), .discount = {}});
  }
  return periods;
}

}  // namespace tollway::pricing
