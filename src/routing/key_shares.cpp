#include "routing/key_shares.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tollway::routing {
namespace {

bool remembers(const Candidate& candidate) {
  return candidate.sticky || candidate.cached_prompt_tokens > 0;
}

double share_of(const Candidate& candidate) {
  return candidate.endpoint->key_weight * static_cast<double>(candidate.figures.quota);
}

}  // namespace

void KeyShares::fold(std::span<const Candidate> candidates, std::vector<Place>& places,
                     Random& random) {
  folded_.clear();
  std::size_t kept = 0;
  for (std::size_t begin = 0; begin < places.size();) {
    std::size_t end = begin + 1;
    while (end < places.size() && candidates[places[end].candidate].endpoint->another_key &&
           places[end].candidate == places[end - 1].candidate + 1) {
      ++end;
    }
    if (end - begin > 1) share(candidates, std::span(places).subspan(begin, end - begin), random);
    places[kept++] = places[begin];
    begin = end;
  }
  places.resize(kept);
}

// The first of `keys` is then the one that is drawn.
void KeyShares::share(std::span<const Candidate> candidates, std::span<Place> keys,
                      Random& random) {
  const auto of = [&](const Place& place) -> const Candidate& {
    return candidates[place.candidate];
  };
  std::ranges::sort(keys, [&](const Place& one, const Place& other) {
    if (one.group != other.group) return one.group < other.group;
    if (remembers(of(one)) != remembers(of(other))) return remembers(of(one));
    if (share_of(of(one)) != share_of(of(other))) return share_of(of(one)) > share_of(of(other));
    return one.candidate < other.candidate;
  });
  if (!remembers(of(keys.front()))) {
    double sum = 0;
    for (const Place& key : keys) {
      if (key.group == keys.front().group) sum += share_of(of(key));
    }
    double point = random.fraction() * sum;
    std::size_t drawn = 0;
    while (drawn + 1 < keys.size() && keys[drawn + 1].group == keys.front().group &&
           point >= share_of(of(keys[drawn])) && share_of(of(keys[drawn + 1])) > 0) {
      point -= share_of(of(keys[drawn++]));
    }
    std::ranges::rotate(keys.first(drawn + 1), keys.begin() + static_cast<std::ptrdiff_t>(drawn));
  }
  for (std::uint32_t turn = 1; turn < keys.size(); ++turn) {
    keys[turn].turn = turn;
    folded_.push_back({.place = keys[turn], .behind = keys.front().candidate});
  }
}

bool KeyShares::put_behind(const Folded& other, std::vector<Place>& places) {
  const auto first = std::ranges::find(places, other.behind, &Place::candidate);
  if (first == places.end()) return false;
  Place place = other.place;
  place.score = first->score;
  places.push_back(place);
  return true;
}

}  // namespace tollway::routing
