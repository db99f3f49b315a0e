// What a list of models states as prices, as integers that can be compared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tollway::catalog {

// The keys of OpenRouter's `pricing` (wire.md 5.4), by which all providers' prices are held here.
enum class PriceKey : std::uint8_t {
  prompt,
  completion,
  internal_reasoning,
  input_cache_read,
  input_cache_write,
  input_cache_write_1h,
  image_token,
  audio,
  audio_output,
  input_audio_cache,
  request,
  image,
  image_output,
  web_search,
};
inline constexpr std::size_t price_key_count = 14;
// "input_cache_read"
[[nodiscard]] std::string_view name_of(PriceKey key) noexcept;
// Whether the price is of one token; the others are of one request, image or search.
[[nodiscard]] bool is_per_token(PriceKey key) noexcept;

// Who says so.
enum class PriceSource : std::uint8_t {
  none,           // nobody: the prices are unknown
  provider_list,  // the provider's own list of models
  built_in,       // the sheet that is part of the program
  local,          // the user's own machine: free
};
[[nodiscard]] std::string_view name_of(PriceSource source) noexcept;

struct Prices {
  // 1e-15 dollars a unit; nullopt: not priced separately, or unknown.
  std::array<std::optional<std::int64_t>, price_key_count> femtodollars{};
  bool dynamic = false;  // known only after routing ("-1")
  PriceSource source = PriceSource::none;
  std::int64_t as_of = 0;  // Unix seconds at which the source said so

  [[nodiscard]] const std::optional<std::int64_t>& operator[](PriceKey key) const noexcept {
    return femtodollars[static_cast<std::size_t>(key)];
  }
  [[nodiscard]] std::optional<std::int64_t>& operator[](PriceKey key) noexcept {
    return femtodollars[static_cast<std::size_t>(key)];
  }
  // Both the prompt's and the completion's price are known.
  [[nodiscard]] bool known() const noexcept {
    return (*this)[PriceKey::prompt] && (*this)[PriceKey::completion];
  }
};

}  // namespace tollway::catalog
