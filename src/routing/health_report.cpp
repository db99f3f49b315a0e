#include "routing/health_report.hpp"

namespace tollway::routing {
namespace {

constexpr std::array<double, percentile_count> shares{0.5, 0.75, 0.9, 0.99};

}  // namespace

Percentiles percentiles_of_times(const Histogram::Counts& counts) noexcept {
  Percentiles made = no_percentiles;
  for (std::size_t i = 0; i < percentile_count; ++i) {
    made[i] = Histogram::quantile(counts, shares[i]);
  }
  return made;
}

Percentiles percentiles_of_speeds(const Histogram::Counts& counts) noexcept {
  Percentiles made = no_percentiles;
  for (std::size_t i = 0; i < percentile_count; ++i) {
    made[i] = Histogram::quantile(counts, 1 - shares[i]);
  }
  return made;
}

WindowReport report_of(const WindowSums& sums) noexcept {
  return {.counts = sums.counts,
          .classes = sums.classes,
          .first_byte_s = percentiles_of_times(sums.first_byte_s),
          .first_token_s = percentiles_of_times(sums.first_token_s),
          .tokens_a_second = percentiles_of_speeds(sums.tokens_a_second)};
}

}  // namespace tollway::routing
