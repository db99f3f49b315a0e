// By what candidates are ordered where the request leaves it open. One strategy is one file in
// strategies/, found by its name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "routing/ask.hpp"
#include "routing/endpoint.hpp"
#include "routing/figures.hpp"
#include "routing/random.hpp"

namespace tollway::routing {

struct Standing;

struct Candidate {
  const Endpoint* endpoint = nullptr;
  Standing* standing = nullptr;  // what its figures are of; deciding needs the figures alone
  std::uint32_t model = 0;  // index into the request's list of models, by which candidates come
  Figures figures;
  bool sticky = false;                    // served this conversation last
  bool needs_meta = false;                // its model's name asks for what OpenRouter alone does
  std::int64_t cached_prompt_tokens = 0;  // of the prompt, likely in this provider's cache
};

// A candidate that is not dropped.
struct Place {
  std::uint32_t group = 0;  // groups never mix: the lowest is tried first
  std::uint32_t candidate = 0;
  double score = 0;        // within its group: the lowest is tried first
  std::uint32_t turn = 0;  // among the keys of one offer, which have one score
};

[[nodiscard]] inline bool comes_before(const Place& one, const Place& other) noexcept {
  if (one.group != other.group) return one.group < other.group;
  if (one.score != other.score) return one.score < other.score;
  if (one.turn != other.turn) return one.turn < other.turn;
  return one.candidate < other.candidate;
}

// What a strategy gives scores to.
struct Ranking {
  std::span<const Candidate> candidates;
  std::span<Place> places;  // at least one; groups are set
  const Ask& ask;
  Random& random;
  std::uint64_t turn = 0;  // counts decisions about the first candidate's model, from anywhere

  [[nodiscard]] const Candidate& of(const Place& place) const noexcept {
    return candidates[place.candidate];
  }
};

struct Strategy {
  std::string_view name;  // "price_weighted"
  std::string_view what;  // one line for people
  void (*rank)(const Ranking& ranking);
};

namespace strategies {
// In the order of their names.
[[nodiscard]] std::span<const Strategy* const> all();
}  // namespace strategies
// Null where there is none of that name.
[[nodiscard]] const Strategy* strategy_named(std::string_view name) noexcept;

// Of a figure that is not known: behind all that are.
inline constexpr double unknown_score = 1e300;

// What the request is expected to cost there, in 1e-15 dollars; unknown_score without prices.
// `cached` tokens of the prompt are at the price of a cache read.
[[nodiscard]] double expected_cost(const Ask& ask, const EndpointPrices& prices,
                                   std::int64_t cached = 0) noexcept;

// Puts one of the lowest group first, drawn with the chance weight(place). Infinite weights share
// the chance among themselves; where all weights are 0 all are equal.
template <class Weight>
void draw_first(const Ranking& ranking, Weight weight) {
  std::uint32_t lowest = ranking.places.front().group;
  const auto draw = [&](double sum, auto share_of) {
    double point = ranking.random.fraction() * sum;
    Place* hit = nullptr;
    for (Place& place : ranking.places) {
      const double share = place.group == lowest ? share_of(place) : 0;
      if (!(share > 0)) continue;
      hit = &place;  // the last one, should rounding have left something of the sum
      if (point < share) break;
      point -= share;
    }
    hit->score = -unknown_score;
  };
  constexpr double infinite = 1e300;
  double sum = 0;
  double endless = 0;
  double all = 0;
  for (const Place& place : ranking.places) {
    if (place.group > lowest) continue;
    if (place.group < lowest) {
      lowest = place.group;
      sum = endless = all = 0;
    }
    const double share = weight(place);
    ++all;
    endless += share > infinite ? 1 : 0;
    sum += share;
  }
  if (endless > 0)
    return draw(endless, [&](const Place& place) { return weight(place) > infinite ? 1.0 : 0.0; });
  if (sum > 0) return draw(sum, weight);
  draw(all, [](const Place&) { return 1.0; });
}

}  // namespace tollway::routing
