// By the expected cost, in which the part of the prompt that a provider likely still has in its
// cache counts at the price of a cache read.
#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    const Candidate& candidate = ranking.of(place);
    place.score =
        expected_cost(ranking.ask, candidate.endpoint->prices, candidate.cached_prompt_tokens);
  }
}

}  // namespace

extern const Strategy cache_aware;
const Strategy cache_aware{
    .name = "cache_aware", .what = "by the expected cost, prompt caches included", .rank = rank};

}  // namespace tollway::routing::strategies
