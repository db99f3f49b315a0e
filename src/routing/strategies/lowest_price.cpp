#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    place.score = expected_cost(ranking.ask, ranking.of(place).endpoint->prices);
  }
}

}  // namespace

extern const Strategy lowest_price;
const Strategy lowest_price{
    .name = "lowest_price", .what = "by what the request is expected to cost", .rank = rank};

}  // namespace tollway::routing::strategies
