// All are drawn one after the other with the chance of their weights among those that are left: the
// order of -ln(u) / weight (Efraimidis and Spirakis, "Weighted random sampling", 2006).
#include <cmath>

#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    const double weight = ranking.of(place).endpoint->weight;
    place.score = weight > 0 ? -std::log1p(-ranking.random.fraction()) / weight : unknown_score;
  }
}

}  // namespace

extern const Strategy weighted;
const Strategy weighted{
    .name = "weighted", .what = "drawn by the weights of the configuration", .rank = rank};

}  // namespace tollway::routing::strategies
