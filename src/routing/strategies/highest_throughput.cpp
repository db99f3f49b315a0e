#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    const float p50 = at(ranking.of(place).figures.tokens_a_second, Percentile::p50);
    place.score = measured(p50) ? -p50 : unknown_score;
  }
}

}  // namespace

extern const Strategy highest_throughput;
const Strategy highest_throughput{.name = "highest_throughput",
                                  .what = "by the median tokens a second, of five minutes",
                                  .rank = rank};

}  // namespace tollway::routing::strategies
