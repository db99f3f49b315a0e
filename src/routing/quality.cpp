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

float QualityJudge::cutoff(float factor) {
  if (figures_.empty()) return 0;
  const float center = median(figures_);
  for (float& figure : figures_) figure = std::abs(figure - center);
  return center - factor * normal_deviation * median(figures_);
}

void QualityJudge::measure(std::span<const Candidate> candidates, std::span<const Place> places) {
  any_ = places.size() >= judged_min;
  if (!any_) return;
  figures_.clear();
  for (const Place& place : places) {
    const float speed = at(candidates[place.candidate].figures.tokens_a_second, Percentile::p50);
    if (measured(speed)) figures_.push_back(speed);
  }
  tokens_a_second_min_ = cutoff(deviations_of_throughput);
  figures_.clear();
  for (const Place& place : places) {
    const float success = candidates[place.candidate].figures.tool_success;
    if (measured(success)) figures_.push_back(success);
  }
  success_min_ = cutoff(deviations_of_success);
}

Quality QualityJudge::of(const Figures& figures) const noexcept {
  if (!any_) return Quality::good;
  const float speed = at(figures.tokens_a_second, Percentile::p50);
  if (!measured(figures.uptime) || !measured(figures.tool_success) || !measured(speed)) {
    return Quality::not_measured;
  }
  const bool poor = speed < tokens_a_second_min_ || figures.tool_success < success_min_;
  return poor ? Quality::poor : Quality::good;
}

}  // namespace tollway::routing
