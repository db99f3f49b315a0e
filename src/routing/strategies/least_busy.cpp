// The less busy of two that chance picks goes first (Mitzenmacher, "The Power of Two Choices in
// Randomized Load Balancing", 2001), so that not everybody runs to the one that looks idle. The
// others follow by their load.
#include <cstddef>

#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

void rank(const Ranking& ranking) {
  std::uint32_t lowest = ranking.places.front().group;
  std::size_t count = 0;
  for (Place& place : ranking.places) {
    place.score = ranking.of(place).figures.load;
    if (place.group < lowest) {
      lowest = place.group;
      count = 0;
    }
    count += place.group == lowest ? 1 : 0;
  }
  if (count < 2) return;
  const std::size_t one = ranking.random.next() % count;
  const std::size_t other = (one + 1 + ranking.random.next() % (count - 1)) % count;
  Place* better = nullptr;
  std::size_t at = 0;
  for (Place& place : ranking.places) {
    if (place.group != lowest) continue;
    const bool picked = at == one || at == other;
    if (picked && (better == nullptr || place.score < better->score)) better = &place;
    ++at;
  }
  better->score = -unknown_score;
}

}  // namespace

extern const Strategy least_busy;
const Strategy least_busy{.name = "least_busy",
                          .what = "the less busy of two at random, the others by load",
                          .rank = rank};

}  // namespace tollway::routing::strategies
