#include "routing/decide.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>
#include <tuple>

#include "routing/listed_order.hpp"

namespace tollway::routing {
namespace strategies {

extern const Strategy exacto;
extern const Strategy highest_throughput;
extern const Strategy lowest_latency;
extern const Strategy lowest_price;
extern const Strategy price_weighted;
extern const Strategy round_robin;

}  // namespace strategies

namespace {

using catalog::Variant;

// How the kept candidates are put in order.
struct Mode {
  const Strategy* strategy;
  bool balance;  // outages and uptime count
  bool quality;  // so does how tools are used
};

bool has_cutoffs(const Preferences& wish) {
  return std::ranges::any_of(wish.tokens_a_second, measured) ||
         std::ranges::any_of(wish.first_token_s, measured);
}

const Strategy* strategy_of(Sort sort) {
  switch (sort) {
    case Sort::price:
      return &strategies::lowest_price;
    case Sort::throughput:
      return &strategies::highest_throughput;
    case Sort::latency:
      return &strategies::lowest_latency;
    case Sort::exacto:
      return &strategies::exacto;
  }
  return &strategies::price_weighted;
}

// An explicit sort wins over variants, an explicit order over balancing.
Mode mode_of(const Ask& ask) {
  const Preferences& wish = ask.preferences;
  if (wish.sort) {
    return {.strategy = strategy_of(*wish.sort),
            .balance = false,
            .quality = wish.sort == Sort::exacto};
  }
  if (!wish.order.empty()) {
    return {.strategy = &strategies::lowest_price, .balance = false, .quality = false};
  }
  if (ask.tier == Tier::priority || ask.variants.has(Variant::nitro)) {
    return {.strategy = &strategies::highest_throughput, .balance = false, .quality = false};
  }
  if (ask.tier == Tier::flex || ask.variants.has(Variant::floor)) {
    return {.strategy = &strategies::lowest_price, .balance = false, .quality = false};
  }
  if (ask.variants.has(Variant::exacto)) {
    return {.strategy = &strategies::exacto, .balance = true, .quality = true};
  }
  // A configured strategy is the operator's own sort, which opts out of Auto Exacto; the default is
  // none.
  const Strategy* const strategy =
      ask.strategy == nullptr ? &strategies::price_weighted : ask.strategy;
  const bool tools = ask.parameters.has(Parameter::tools);
  return {.strategy = strategy,
          .balance = true,
          .quality = strategy == &strategies::exacto ||
                     (strategy == &strategies::price_weighted && tools)};
}

// Below 80 % of a hundred requests an endpoint is a fallback only, below 95 % it comes later.
// What is not measured is no number, and compares to nothing.
std::uint32_t uptime_class(float uptime) {
  return (uptime < 0.95F ? 1U : 0U) + (uptime < 0.8F ? 1U : 0U);
}

bool misses_cutoff(const Preferences& wish, const Figures& figures) {
  // What is not measured or not wished for is no number, and compares to nothing.
  unsigned missed = 0;
  for (std::size_t i = 0; i < percentile_count; ++i) {
    missed |= figures.tokens_a_second[i] < wish.tokens_a_second[i] ? 1U : 0U;
    missed |= figures.first_token_s[i] > wish.first_token_s[i] ? 1U : 0U;
  }
  return missed != 0;
}

// Whoever chooses himself knows what a tier is.
bool lacks_priority(const Endpoint& endpoint) {
  return endpoint.tier != Tier::priority && !endpoint.meta;
}

// How many bits of a group each reason has, from what decides first to what decides last; the model
// has those that are left.
constexpr unsigned listed_bits = 9;
constexpr unsigned quality_bits = 2;
constexpr unsigned uptime_bits = 2;
constexpr std::uint32_t models_max = 0xfff;

std::uint32_t group_for(const GroupReasons& reasons) {
  std::uint32_t group = std::min(reasons.model, models_max);
  const auto then = [&group](unsigned bits, std::uint32_t value) {
    group = group << bits | std::min(value, (std::uint32_t{1} << bits) - 1);
  };
  then(listed_bits, reasons.listed);
  then(1, reasons.no_priority ? 1 : 0);
  then(1, reasons.misses_cutoff ? 1 : 0);
  then(quality_bits, reasons.quality);
  then(1, reasons.outage ? 1 : 0);
  then(uptime_bits, reasons.uptime);
  return group;
}

// What every request's candidates may differ in.
std::uint32_t group_of(const Candidate& candidate, const Mode& mode, bool across_models) {
  const Figures& figures = candidate.figures;
  return group_for({.model = across_models ? 0 : candidate.model,
                    .outage = mode.balance && figures.outage,
                    .uptime = mode.balance ? uptime_class(figures.uptime) : 0});
}

// Adds what some requests ask for besides. Most don't, so that it is a way of its own.
void group_by_wishes(std::span<const Candidate> candidates, const Ask& ask, const Mode& mode,
                     const QualityJudge& quality, Decision& decision) {
  const bool cutoffs = has_cutoffs(ask.preferences);
  const auto& order = ask.preferences.order;
  if (!cutoffs && !mode.quality && ask.tier != Tier::priority && order.empty()) return;
  const std::uint64_t order_bits = name_bits(order);
  const auto place_of = [&](const Candidate& candidate) -> std::uint32_t {
    if (order.empty()) return 0;
    const Endpoint& endpoint = *candidate.endpoint;
    if (!endpoint.meta && (order_bits & endpoint.name_bits) == 0) {
      return static_cast<std::uint32_t>(order.size());
    }
    return place_in_order(order, candidate, candidates, decision.drops);
  };
  for (Place& place : decision.places) {
    const Candidate& candidate = candidates[place.candidate];
    const bool judged = mode.quality && !candidate.sticky;
    place.group |= group_for(
        {.listed = place_of(candidate),
         .no_priority = ask.tier == Tier::priority && lacks_priority(*candidate.endpoint),
         .misses_cutoff = cutoffs && misses_cutoff(ask.preferences, candidate.figures),
         .quality = judged ? static_cast<std::uint32_t>(quality.of(candidate.figures)) : 0});
  }
}

// Of equals the one that served the conversation before: a prompt that is still in its cache costs
// less than a better price saves.
void put_sticky_first(std::span<const Candidate> candidates, std::span<Place> places) {
  for (Place& place : places) {
    if (candidates[place.candidate].sticky) place.score = sticky_score;
  }
}

// Without fallbacks each model has one endpoint, its best; with one order over all models they have
// one together. What an explicit order lists stays.
void keep_best(std::span<const Candidate> candidates, const Ask& ask, Decision& decision) {
  if (ask.preferences.allow_fallbacks || !ask.preferences.order.empty()) return;
  std::ranges::sort(decision.places, comes_before);
  std::size_t kept = 0;
  for (const Place& place : decision.places) {
    const bool another = kept > 0 && (ask.preferences.across_models ||
                                      candidates[decision.places[kept - 1].candidate].model ==
                                          candidates[place.candidate].model);
    if (another) {
      decision.drops[place.candidate] = Drop::no_fallbacks;
    } else {
      decision.places[kept++] = place;
    }
  }
  decision.places.resize(kept);
}

}  // namespace

GroupReasons reasons_of(std::uint32_t group) noexcept {
  const auto cut = [&group](unsigned bits) {
    const std::uint32_t value = group & ((std::uint32_t{1} << bits) - 1);
    group >>= bits;
    return value;
  };
  GroupReasons reasons;
  reasons.uptime = cut(uptime_bits);
  reasons.outage = cut(1) != 0;
  reasons.quality = cut(quality_bits);
  reasons.misses_cutoff = cut(1) != 0;
  reasons.no_priority = cut(1) != 0;
  reasons.listed = cut(listed_bits);
  reasons.model = group;
  return reasons;
}

QualityJudge& Router::judge_of(const Endpoint& first) noexcept {
  constexpr unsigned highest_four = 60;
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;
  return quality_[(std::bit_cast<std::uint64_t>(&first) * spread) >> highest_four];
}

std::uint64_t Router::next_turn(const Endpoint& first) noexcept {
  const std::uint64_t hash = std::hash<std::string_view>{}(first.model);
  Turn& turn = turns_[hash % turns];
  if (turn.model != hash || turn.next == 0) turn = {.model = hash, .next = random_.next()};
  return turn.next++;
}

void Router::decide(std::span<const Candidate> candidates, const Ask& ask, std::size_t wanted,
                    Decision& decision) {
  const Mode mode = mode_of(ask);
  decision.strategy = mode.strategy;
  filter(candidates, ask, decision.drops);
  const bool across_models = ask.preferences.across_models;
  bool any_sticky = false;
  bool several_keys = false;
  decision.places.resize(candidates.size());
  std::size_t kept = 0;
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    if (decision.drops[i] != Drop::none) continue;
    const Candidate& candidate = candidates[i];
    any_sticky |= candidate.sticky;
    several_keys |= candidate.endpoint->another_key;
    decision.places[kept++] = {.group = group_of(candidate, mode, across_models), .candidate = i};
  }
  decision.places.resize(kept);
  if (decision.places.empty()) return;

  QualityJudge& quality = judge_of(*candidates.front().endpoint);
  if (mode.quality) quality.measure(candidates, decision.places);
  group_by_wishes(candidates, ask, mode, quality, decision);
  if (several_keys) decision.keys.fold(candidates, decision.places, random_);
  mode.strategy->rank({.candidates = candidates,
                       .places = decision.places,
                       .ask = ask,
                       .random = random_,
                       .turn = mode.strategy == &strategies::round_robin
                                   ? next_turn(*candidates.front().endpoint)
                                   : 0});
  if (any_sticky && ask.preferences.order.empty()) put_sticky_first(candidates, decision.places);
  keep_best(candidates, ask, decision);
  decision.keys.unfold(decision.places, [&decision](std::uint32_t candidate) {
    decision.drops[candidate] = Drop::no_fallbacks;
  });
  const auto first = std::min(wanted, decision.places.size());
  std::ranges::partial_sort(
      decision.places, decision.places.begin() + static_cast<std::ptrdiff_t>(first), comes_before);
}

}  // namespace tollway::routing
