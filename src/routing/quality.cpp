#include "routing/quality.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tollway::routing {
namespace {

constexpr std::size_t judged_min = 4;
constexpr float deviations_of_throughput = 1.5F;
constexpr float deviations_of_success = 2;
constexpr float normal_deviation = 1.4826F;  // of a normal distribution, in median distances

float median(std::vector<float>& figures) {
  const auto middle = figures.begin() + static_cast<std::ptrdiff_t>(figures.size() / 2);
  std::ranges::nth_element(figures, middle);
  if (figures.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(figures.begin(), middle)) / 2;
}

}  // namespace

void QualityJudge::Measured::begin(std::size_t count_max) {
  figures.resize(count_max);
  count = 0;
}

void QualityJudge::Measured::end(float factor) {
  figures.resize(count);
  if (figures == seen) return;
  seen = figures;
  poor_below = 0;
  if (figures.empty()) return;
  const float center = median(figures);
  for (float& figure : figures) figure = std::abs(figure - center);
  poor_below = center - factor * normal_deviation * median(figures);
}

void QualityJudge::measure(std::span<const Candidate> candidates, std::span<const Place> places) {
  // A provider's keys are no providers of their own.
  any_ = static_cast<std::size_t>(std::ranges::count_if(places, [&](const Place& place) {
           return !candidates[place.candidate].endpoint->another_key;
         })) >= judged_min;
  if (!any_) return;
  tokens_a_second_.begin(places.size());
  successes_.begin(places.size());
  for (const Place& place : places) {
    const Figures& figures = candidates[place.candidate].figures;
    tokens_a_second_.add(at(figures.tokens_a_second, Percentile::p50));
    successes_.add(figures.tool_success);
  }
  tokens_a_second_.end(deviations_of_throughput);
  successes_.end(deviations_of_success);
}

Quality QualityJudge::of(const Figures& figures) const noexcept {
  if (!any_) return Quality::good;
  const float speed = at(figures.tokens_a_second, Percentile::p50);
  if (!measured(figures.uptime) || !measured(figures.tool_success) || !measured(speed)) {
    return Quality::not_measured;
  }
  const bool poor =
      speed < tokens_a_second_.poor_below || figures.tool_success < successes_.poor_below;
  return poor ? Quality::poor : Quality::good;
}

}  // namespace tollway::routing
