#include "catalog/prices.hpp"

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
    case PriceSource::none:
      break;
  }
  return "unknown";
}

}  // namespace tollway::catalog
