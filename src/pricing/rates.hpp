// What is billed, and for how much.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tollway::pricing {

enum class Unit : std::uint8_t {
  input,
  cache_read,
  cache_write_5m,
  cache_write_1h,
  input_audio,
  cache_read_audio,
  input_image,
  input_video,
  output,
  reasoning,
  output_audio,
  output_image,
  output_video,
  input_image_piece,  // a whole image, whatever it has as tokens
  output_image_piece,
  request,
  web_search,
};
inline constexpr std::size_t unit_count = 17;
[[nodiscard]] std::string_view name_of(Unit unit) noexcept;  // "cache_write_5m"
[[nodiscard]] std::optional<Unit> unit_named(std::string_view name) noexcept;

// In 1e-15 dollars a unit. Never negative.
struct Price {
  std::int64_t femtodollars = 0;
  auto operator<=>(const Price&) const = default;
};

// A price that depends on the length of the prompt: the last tier whose threshold the whole prompt
// exceeds (strictly) prices all of it.
struct TieredPrice {
  Price base;
  struct Tier {
    std::int64_t above_prompt_tokens = 0;
    Price price;
    bool operator==(const Tier&) const = default;
  };
  std::vector<Tier> tiers;  // by rising threshold

  [[nodiscard]] Price at(std::int64_t prompt_tokens) const noexcept;
  bool operator==(const TieredPrice&) const = default;
};

// What a model costs at one time. A unit without a price is not priced separately (it is billed as
// the unit that contains it, see cost_of()), which is not the same as free.
using Rates = std::array<std::optional<TieredPrice>, unit_count>;

// The part of a price that is not paid.
struct Discount {
  static constexpr std::int64_t whole = 1'000'000'000;
  std::int64_t billionths = 0;  // 0: none; whole: free
  auto operator<=>(const Discount&) const = default;
};
// What is left of it, rounded half to even to 1e-15 dollars.
[[nodiscard]] Price reduced(Price price, Discount discount) noexcept;
[[nodiscard]] Rates reduced(Rates rates, Discount discount);

[[nodiscard]] inline const std::optional<TieredPrice>& rate(const Rates& rates,
                                                            Unit unit) noexcept {
  return rates[static_cast<std::size_t>(unit)];
}

}  // namespace tollway::pricing
