#include "pricing/rates.hpp"

#include "base/decimal.hpp"

namespace tollway::pricing {
namespace {

constexpr std::array<std::string_view, unit_count> names{
    "input",        "cache_read",        "cache_write_5m",     "cache_write_1h",
    "input_audio",  "cache_read_audio",  "input_image",        "input_video",
    "output",       "reasoning",         "output_audio",       "output_image",
    "output_video", "input_image_piece", "output_image_piece", "request",
    "web_search"};

}  // namespace

std::string_view name_of(Unit unit) noexcept {
  return names[static_cast<std::size_t>(unit)];
}

std::optional<Unit> unit_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Unit>(i);
  }
  return std::nullopt;
}

Price TieredPrice::at(std::int64_t prompt_tokens) const noexcept {
  auto price = base;
  for (const auto& tier : tiers) {
    if (prompt_tokens > tier.above_prompt_tokens) price = tier.price;
  }
  return price;
}

Price reduced(Price price, Discount discount) noexcept {
  constexpr int places_of_whole = 9;
  Price left;
  // A part of what fits does fit.
  static_cast<void>(multiply_scaled(price.femtodollars, Discount::whole - discount.billionths,
                                    places_of_whole, left.femtodollars));
  return left;
}

Rates reduced(Rates rates, Discount discount) {
  for (auto& rate : rates) {
    if (!rate) continue;
    rate->base = reduced(rate->base, discount);
    for (auto& tier : rate->tiers) tier.price = reduced(tier.price, discount);
  }
  return rates;
}

}  // namespace tollway::pricing
