#include "catalog/prices.hpp"

#include <algorithm>

namespace tollway::catalog {

std::string_view name_of(PriceKey key) noexcept {
  constexpr std::array<std::string_view, price_key_count> names{"prompt",
                                                                "completion",
                                                                "internal_reasoning",
                                                                "input_cache_read",
                                                                "input_cache_write",
                                                                "input_cache_write_1h",
                                                                "image_token",
                                                                "audio",
                                                                "audio_output",
                                                                "input_audio_cache",
                                                                "request",
                                                                "image",
                                                                "image_output",
                                                                "web_search"};
  return names[static_cast<std::size_t>(key)];
}

bool is_per_token(PriceKey key) noexcept {
  return key < PriceKey::request;
}

std::string_view name_of(PriceSource source) noexcept {
  switch (source) {
    case PriceSource::provider_list:
      return "provider_list";
    case PriceSource::built_in:
      return "built_in";
    case PriceSource::local:
      return "local";
    case PriceSource::operators:
      return "override";
    case PriceSource::none:
      break;
  }
  return "unknown";
}

bool Prices::depends_on_time() const noexcept {
  return std::ranges::any_of(overrides, [](const auto& one) { return one.daily.has_value(); });
}

Prices Prices::at(std::chrono::minutes time) const {
  Prices made = *this;
  for (const auto& one : overrides) {
    if (!one.daily || one.above_prompt_tokens || !one.daily->holds(time)) continue;
    for (std::size_t i = 0; i < price_key_count; ++i) {
      if (one.femtodollars[i]) made.femtodollars[i] = one.femtodollars[i];
    }
  }
  return made;
}

std::chrono::minutes time_of_day(std::int64_t unix_seconds) noexcept {
  constexpr std::int64_t seconds_a_day = 86'400;
  const auto of_day = (unix_seconds % seconds_a_day + seconds_a_day) % seconds_a_day;
  return std::chrono::minutes(of_day / 60);
}

}  // namespace tollway::catalog
