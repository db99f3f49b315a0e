// Percentiles of positive figures within a bounded error and bounded memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tollway::routing {

// Counts figures by their logarithm, eight bins an octave: what is read back is at most 4.5 % off.
// Figures are 2^-10 to 2^14 (a millisecond to four hours, in seconds); others count as the nearest.
// Any thread may add while others read.
class Histogram {
 public:
  static constexpr std::size_t bin_count = 192;
  using Counts = std::array<std::uint32_t, bin_count>;

  void add(float figure) noexcept { add_at(bin_of(figure)); }
  // In the bin of a figure that is counted in several.
  void add_at(std::size_t bin) noexcept { bins_[bin].fetch_add(1, std::memory_order_relaxed); }
  void clear() noexcept {
    for (auto& bin : bins_) bin.store(0, std::memory_order_relaxed);
  }
  void add_to(Counts& counts) const noexcept {
    for (std::size_t i = 0; i < bin_count; ++i) {
      counts[i] += bins_[i].load(std::memory_order_relaxed);
    }
  }

  // The figure that `share` (0 to 1) of those counted do not exceed; not_measured without any.
  [[nodiscard]] static float quantile(const Counts& counts, double share) noexcept;
  [[nodiscard]] static std::size_t bin_of(float figure) noexcept;
  [[nodiscard]] static float middle_of(std::size_t bin) noexcept;

 private:
  std::array<std::atomic<std::uint32_t>, bin_count> bins_{};
};

}  // namespace tollway::routing
