// A conversation stays where it was, so that the provider's prompt cache still has it.
#include "routing/strategy.hpp"

namespace tollway::routing::strategies {

extern const Strategy lowest_price;
extern const Strategy price_weighted;

namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) {
    if (!ranking.of(place).sticky) continue;
    lowest_price.rank(ranking);
    place.score = -unknown_score;
    return;
  }
  price_weighted.rank(ranking);
}

}  // namespace

extern const Strategy sticky;
const Strategy sticky{.name = "sticky",
                      .what = "where the conversation was before; a new one by price_weighted",
                      .rank = rank};

}  // namespace tollway::routing::strategies
