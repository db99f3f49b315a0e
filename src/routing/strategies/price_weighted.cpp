// OpenRouter's default (wire.md 4.2): the first is drawn with the chance 1 / price squared, the
// others follow by price. The price is what this very request is expected to cost, as one of
// prompt and completion alone says nothing about the bill.
#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    place.score = expected_cost(ranking.ask, ranking.of(place).endpoint->prices);
  }
  draw_first(ranking, [](const Place& place) {
    return place.score == unknown_score ? 0 : 1 / (place.score * place.score);
  });
}

}  // namespace

extern const Strategy price_weighted;
const Strategy price_weighted{
    .name = "price_weighted",
    .what = "the first drawn by the inverse square of its price, the others by price",
    .rank = rank};

}  // namespace tollway::routing::strategies
