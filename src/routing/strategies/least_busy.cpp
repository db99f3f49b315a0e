// The less busy of two that chance picks goes first (Mitzenmacher, "The Power of Two Choices in
// Randomized Load Balancing", 2001), so that not everybody runs to the one that looks idle. The
// others follow by their load.
#include <cstddef>

#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

// Of equal loads, as of two that nobody has asked yet, the one with less under way.
bool is_less_busy(const Figures& one, const Figures& other) {
  return one.load != other.load ? one.load < other.load : one.under_way < other.under_way;
}

// The one that has `n` of the group before it.
Place& nth(const Ranking& ranking, std::uint32_t group, std::size_t n) {
  for (Place& place : ranking.places) {
    if (place.group == group && n-- == 0) return place;
  }
  return ranking.places.front();
}

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
  const std::size_t at = ranking.random.next() % count;
  Place& one = nth(ranking, lowest, at);
  Place& other = nth(ranking, lowest, (at + 1 + ranking.random.next() % (count - 1)) % count);
  // Of equals the first, which chance has picked.
  const bool is_other = is_less_busy(ranking.of(other).figures, ranking.of(one).figures);
  (is_other ? other : one).score = -unknown_score;
}

}  // namespace

extern const Strategy least_busy;
const Strategy least_busy{.name = "least_busy",
                          .what = "the less busy of two at random, the others by load",
                          .rank = rank};

}  // namespace tollway::routing::strategies
