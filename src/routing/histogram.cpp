#include "routing/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "routing/figures.hpp"

namespace tollway::routing {
namespace {

constexpr float bins_an_octave = 8;
constexpr float lowest_octave = -10;

}  // namespace

std::size_t Histogram::bin_of(float figure) noexcept {
  if (!(figure > 0)) return 0;
  const float bin = (std::log2(figure) - lowest_octave) * bins_an_octave;
  return static_cast<std::size_t>(std::clamp(bin, 0.0F, static_cast<float>(bin_count - 1)));
}

float Histogram::middle_of(std::size_t bin) noexcept {
  return std::exp2((static_cast<float>(bin) + 0.5F) / bins_an_octave + lowest_octave);
}

float Histogram::quantile(const Counts& counts, double share) noexcept {
  std::uint64_t total = 0;
  for (const auto count : counts) total += count;
  if (total == 0) return not_measured;
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
  std::uint64_t passed = 0;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    passed += counts[bin];
    if (passed >= std::max<std::uint64_t>(rank, 1)) return middle_of(bin);
  }
  return middle_of(bin_count - 1);
}

}  // namespace tollway::routing
