// Only those that may come first take turns: where two of four have an outage, the other two get
// half of the requests each. Behind them chance decides, so that a failure spreads over all.
#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  std::uint32_t lowest = ranking.places.front().group;
  std::uint64_t count = 0;
  for (const Place& place : ranking.places) {
    if (place.group < lowest) {
      lowest = place.group;
      count = 0;
    }
    count += place.group == lowest ? 1 : 0;
  }
  std::uint64_t position = count - ranking.turn % count;
  for (Place& place : ranking.places) {
    place.score =
        place.group == lowest ? static_cast<double>(position++ % count) : ranking.random.fraction();
  }
}

}  // namespace

extern const Strategy round_robin;
const Strategy round_robin{
    .name = "round_robin", .what = "each in turn, then those behind it", .rank = rank};

}  // namespace tollway::routing::strategies
