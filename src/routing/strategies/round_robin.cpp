#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  const std::uint64_t count = ranking.places.size();
  std::uint64_t position = count - ranking.turn % count;
  for (Place& place : ranking.places) place.score = static_cast<double>(position++ % count);
}

}  // namespace

extern const Strategy round_robin;
const Strategy round_robin{
    .name = "round_robin", .what = "each in turn, then those behind it", .rank = rank};

}  // namespace tollway::routing::strategies
