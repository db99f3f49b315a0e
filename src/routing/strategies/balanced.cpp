// Cost and speed alike: score = cost / mean cost + seconds / mean seconds, where the means are over
// the candidates, and seconds are the median time to the first token plus the expected output at
// the median speed. Whoever has no figure counts as average in it; whoever has no price comes last.
#include "routing/strategy.hpp"

namespace tollway::routing::strategies {
namespace {

double seconds(const Ask& ask, const Figures& figures) {
  const float first = at(figures.first_token_s, Percentile::p50);
  const float speed = at(figures.tokens_a_second, Percentile::p50);
  if (!measured(first) || !(speed > 0)) return -1;
  return first + static_cast<double>(ask.output_tokens) / speed;
}

struct Mean {
  double sum = 0;
  double count = 0;
  void add(double figure) noexcept {
    sum += figure;
    ++count;
  }
  // Where nothing was measured or all is free, all are average.
  [[nodiscard]] double ratio(double figure) const noexcept {
    return sum > 0 ? figure * count / sum : 1;
  }
};

void rank(const Ranking& ranking) {
  Mean cost;
  Mean time;
  for (const Place& place : ranking.places) {
    const Candidate& candidate = ranking.of(place);
    const double price = expected_cost(ranking.ask, candidate.endpoint->prices);
    const double duration = seconds(ranking.ask, candidate.figures);
    if (price != unknown_score) cost.add(price);
    if (duration >= 0) time.add(duration);
  }
  for (Place& place : ranking.places) {
    const Candidate& candidate = ranking.of(place);
    const double price = expected_cost(ranking.ask, candidate.endpoint->prices);
    const double duration = seconds(ranking.ask, candidate.figures);
    place.score = price == unknown_score
                      ? unknown_score
                      : cost.ratio(price) + (duration >= 0 ? time.ratio(duration) : 1);
  }
}

}  // namespace

extern const Strategy balanced;
const Strategy balanced{.name = "balanced",
                        .what = "by cost and duration, each against the candidates' mean",
                        .rank = rank};

}  // namespace tollway::routing::strategies
