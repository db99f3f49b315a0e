#include "routing/strategy.hpp"

namespace tollway::routing::strategies {

extern const Strategy price_weighted;
extern const Strategy exacto;
// What makes it exacto are its groups (quality.hpp).
const Strategy exacto{.name = "exacto",
                      .what = "those that are good with tools first, by price_weighted",
                      .rank = [](const Ranking& ranking) { price_weighted.rank(ranking); }};

}  // namespace tollway::routing::strategies
