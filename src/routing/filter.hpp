// Which candidates cannot or must not serve a request, and why.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "routing/ask.hpp"
#include "routing/strategy.hpp"

namespace tollway::routing {

// The first reason counts, in the order in which they are listed here (wire.md 4.1).
enum class Drop : std::uint8_t {
  none,  // it stays
  needs_openrouter,
  not_allowed,
  ignored,
  not_in_order,
  tier,
  collects_data,
  retains_data,
  not_distillable,
  quantization,
  max_price,
  context_length,
  output_length,
  modality,
  tools,
  parameters,
  others_support_more,  // response_format and verbosity, which some others of the model support
  no_fallbacks,
};
// "context_length"
[[nodiscard]] std::string_view name_of(Drop drop) noexcept;
// What OpenRouter's error.availability.excluded_by calls it; empty where it has no word for it.
[[nodiscard]] std::string_view excluded_by(Drop drop) noexcept;

// Fills `drops`, one for each candidate. Candidates of one model stand together.
void filter(std::span<const Candidate> candidates, const Ask& ask, std::vector<Drop>& drops);

}  // namespace tollway::routing
