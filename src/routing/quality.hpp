// How good endpoints are with tools: OpenRouter's "Auto Exacto" (wire.md 4.2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/strategy.hpp"

namespace tollway::routing {

enum class Quality : std::uint8_t { good, not_measured, poor };

// Judges endpoints by their throughput and tool calls against the other candidates'.
class QualityJudge {
 public:
  // Of the candidates at `places`; with fewer than four of them nobody is judged. A deviation is
  // 1.4826 times the median of the distances from the median.
  void measure(std::span<const Candidate> candidates, std::span<const Place> places);
  // Poor: more than 1.5 deviations less throughput than the median, or more than 2 less success.
  [[nodiscard]] Quality of(const Figures& figures) const noexcept;

 private:
  // What is below `median - factor * deviation` of the figures; nothing without figures.
  [[nodiscard]] float cutoff(float factor);

  bool any_ = false;
  float tokens_a_second_min_ = 0;
  float success_min_ = 0;
  std::vector<float> figures_;  // kept, so that its memory is
};

}  // namespace tollway::routing
