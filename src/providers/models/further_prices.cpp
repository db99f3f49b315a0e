#include "providers/models/further_prices.hpp"

#include <boost/json.hpp>
#include <string_view>

#include "base/decimal.hpp"

namespace tollway::providers {
namespace {

namespace json = boost::json;

constexpr int price_places = 15;

bool is_zero(const std::optional<std::string>& price) {
  return price && parse_decimal(*price, price_places) == 0;
}

void put(json::object& pricing, std::string_view key, const std::optional<std::string>& price) {
  if (price) pricing[key] = *price;
}

}  // namespace

void take_further_prices(const FurtherPrices& prices, ModelInfo& model) {
  if (!model.prompt_price || !model.completion_price) return;
  const bool is_free = is_zero(model.prompt_price);
  const auto put_cache = [is_free](json::object& pricing, std::string_view key,
                                   const std::optional<std::string>& price) {
    if (is_free || !is_zero(price)) put(pricing, key, price);
  };
  json::object pricing;
  put_cache(pricing, "input_cache_read", prices.cache_read);
  put_cache(pricing, "input_cache_write", prices.cache_write);
  if (prices.above_prompt_tokens) {
    json::object longer;
    put(longer, "prompt", prices.long_prompt);
    put(longer, "completion", prices.long_completion);
    put_cache(longer, "input_cache_read", prices.long_cache_read);
    if (!longer.empty()) {
      longer["min_prompt_tokens"] = *prices.above_prompt_tokens;
      pricing["overrides"] = json::array{std::move(longer)};
    }
  }
  if (pricing.empty()) return;
  put(pricing, "prompt", model.prompt_price);
  put(pricing, "completion", model.completion_price);
  model.pricing_json = json::serialize(pricing);
}

}  // namespace tollway::providers
