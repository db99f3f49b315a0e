// Which of all models may stand for "openrouter/auto", where nobody is asked who chooses himself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/filter.hpp"

namespace tollway::routing {

inline constexpr std::size_t drop_count = static_cast<std::size_t>(Drop::no_fallbacks) + 1;

// The plugin "auto-router" of a request (wire.md 4.7).
struct AnyModel {
  // Ids with "*" for any characters, without regard to case: "anthropic/*". No list: all.
  std::vector<std::string> allowed;
  std::vector<std::string> excluded;  // wins
  // `cost_tier`: of the models that fit, by what the request is expected to cost, this fifth, from
  // 1 ("low") to 5 ("max"); 0: all.
  std::uint8_t cost_band = 0;

  static constexpr std::size_t patterns_max = 1024;
};
// 0 where there is none of that name.
[[nodiscard]] std::uint8_t cost_band_named(std::string_view name) noexcept;
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view id) noexcept;
[[nodiscard]] bool allows(const AnyModel& wishes, std::string_view id) noexcept;

struct Shortlist {
  static constexpr std::size_t models_max = 32;
  std::vector<std::uint32_t> chosen;  // of the offers, the cheapest first; at most models_max
  std::array<std::uint32_t, drop_count> dropped{};  // how many, by reason; `none`: by their names
  // "12 tools, 3 max_price"
  [[nodiscard]] std::string reasons() const;
};
// Those `offers` that can and may serve the request, as filter() has it. What has no price is not
// chosen, as nobody asked for it by name.
[[nodiscard]] Shortlist shortlist(std::span<const Candidate> offers, const Ask& ask,
                                  const AnyModel& wishes);

}  // namespace tollway::routing
