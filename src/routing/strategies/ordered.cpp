#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  for (Place& place : ranking.places) place.score = place.candidate;
}

}  // namespace

extern const Strategy ordered;
const Strategy ordered{.name = "ordered", .what = "as the configuration lists them", .rank = rank};

}  // namespace tollway::routing::strategies
