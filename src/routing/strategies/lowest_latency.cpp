#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    const float p50 = at(ranking.of(place).figures.first_token_s, Percentile::p50);
    place.score = measured(p50) ? p50 : unknown_score;
  }
}

}  // namespace

extern const Strategy lowest_latency;
const Strategy lowest_latency{.name = "lowest_latency",
                              .what = "by the median time to the first token, of five minutes",
                              .rank = rank};

}  // namespace tollway::routing::strategies
