// How several keys of a provider share what it gets.
#pragma once

#include <span>
#include <vector>

#include "routing/random.hpp"
#include "routing/strategy.hpp"

namespace tollway::routing {

// With three keys a provider is no better an offer than with one. So a strategy sees one of a
// provider's keys alone, drawn with the chance of its weight times the share of its limits that is
// left; keys in a better group, and the one that served a conversation before, come first. The
// others follow right behind it, as what one key is refused for another may be allowed.
class KeyShares {
 public:
  // Leaves one place to each offer, in the order of the candidates in which `places` are.
  void fold(std::span<const Candidate> candidates, std::vector<Place>& places, Random& random);
  // Gives the others theirs again: those whose offer has lost its place are passed to `lost`.
  template <class Lost>
  void unfold(std::vector<Place>& places, Lost lost) {
    for (const Folded& other : folded_) {
      if (!put_behind(other, places)) lost(other.place.candidate);
    }
    folded_.clear();
  }

 private:
  struct Folded {
    Place place;
    std::uint32_t behind = 0;  // candidate
  };
  void share(std::span<const Candidate> candidates, std::span<Place> keys, Random& random);
  static bool put_behind(const Folded& other, std::vector<Place>& places);

  std::vector<Folded> folded_;  // kept, so that its memory is
};

}  // namespace tollway::routing
