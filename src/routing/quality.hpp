// How good endpoints are with tools: OpenRouter's "Auto Exacto" (wire.md 4.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "routing/strategy.hpp"

namespace tollway::routing {

enum class Quality : std::uint8_t { good, not_measured, poor };

// Judges endpoints by their throughput and tool calls against the other candidates'. Figures change
// once a second at most, so what it found stands while it is shown the same ones again.
class QualityJudge {
 public:
  // Of the candidates at `places`; with fewer than four providers of them nobody is judged. A
  // deviation is 1.4826 times the median of the distances from the median.
  void measure(std::span<const Candidate> candidates, std::span<const Place> places);
  // Poor: more than 1.5 deviations less throughput than the median, or more than 2 less success.
  [[nodiscard]] Quality of(const Figures& figures) const noexcept;

 private:
  // What one kind of figures was, and the value below which one is poor.
  struct Measured {
    std::vector<float> seen;
    std::vector<float> figures;  // kept, so that its memory is
    float poor_below = 0;
    std::size_t count = 0;

    void begin(std::size_t count_max);
    void add(float figure) noexcept {
      figures[count] = figure;
      count += measured(figure) ? 1 : 0;
    }
    // `median - factor * deviation` of the figures; 0 without figures.
    void end(float factor);
  };

  bool any_ = false;
  Measured tokens_a_second_;
  Measured successes_;
};

}  // namespace tollway::routing
