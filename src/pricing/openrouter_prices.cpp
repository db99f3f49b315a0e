#include "pricing/openrouter_prices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/decimal.hpp"
#include "base/error.hpp"

namespace tollway::pricing {
namespace {

namespace json = boost::json;

constexpr int dollars_to_femto = 15;

constexpr std::array<std::pair<std::string_view, Unit>, 14> keys{{
    {"prompt", Unit::input},
    {"completion", Unit::output},
    {"internal_reasoning", Unit::reasoning},
    {"input_cache_read", Unit::cache_read},
    {"input_cache_write", Unit::cache_write_5m},
    {"input_cache_write_1h", Unit::cache_write_1h},
    {"audio", Unit::input_audio},
    {"input_audio_cache", Unit::cache_read_audio},
    {"audio_output", Unit::output_audio},
    {"image_token", Unit::input_image},
    {"image", Unit::input_image_piece},
    {"image_output", Unit::output_image_piece},
    {"request", Unit::request},
    {"web_search", Unit::web_search},
}};

enum class Stated : std::uint8_t { price, dynamic, wrong };

Stated price_of(const json::value& value, Price& price) {
  const auto* text = value.if_string();
  if (text == nullptr) return Stated::wrong;
  const auto parsed = parse_decimal(std::string_view(*text), dollars_to_femto);
  if (!parsed) return Stated::wrong;
  if (*parsed < 0) return Stated::dynamic;
  price.femtodollars = *parsed;
  return Stated::price;
}

// A clock number such as 1630 or 30.
std::optional<std::chrono::minutes> clock_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const auto number = value->get_int64();
  if (number < 0 || number > 2400 || number % 100 > 59) return std::nullopt;
  return std::chrono::hours(number / 100) + std::chrono::minutes(number % 100);
}

// The prices that `object` states, over those of `rates`: whole, or as a tier above a threshold.
bool apply(const json::object& object, std::optional<std::int64_t> above, Rates& rates) {
  for (const auto& [key, unit] : keys) {
    const auto* value = object.if_contains(key);
    if (value == nullptr) continue;
    Price price;
    if (price_of(*value, price) != Stated::price) return false;
    auto& rate = rates[static_cast<std::size_t>(unit)];
    if (!above) {
      rate = TieredPrice{.base = price, .tiers = {}};
    } else if (rate) {
      rate->tiers.push_back({.above_prompt_tokens = *above, .price = price});
    } else {
      return false;  // above a threshold alone: below it, nobody knows
    }
  }
  return true;
}

bool apply_override(const json::value& entry, std::vector<Period>& periods) {
  const auto* object = entry.if_object();
  if (object == nullptr) return false;
  std::optional<std::int64_t> above;
  if (const auto* tokens = object->if_contains("min_prompt_tokens")) {
    if (!tokens->is_int64() || tokens->get_int64() < 0) return false;
    above = tokens->get_int64();
  }
  const auto start = clock_of(*object, "utc_start");
  const auto end = clock_of(*object, "utc_end");
  if (start.has_value() != end.has_value()) return false;
  if (!start) {  // at all times, in every window so far
    return std::ranges::all_of(periods,
                               [&](Period& period) { return apply(*object, above, period.rates); });
  }
  auto period = periods.front();
  period.when.daily = Validity::Daily{.start = *start, .end = *end};
  periods.push_back(std::move(period));
  return apply(*object, above, periods.back().rates);
}

// A number, or text as prices are.
Discount discount_in(const json::object& pricing) {
  constexpr int places = 9;
  const auto* value = pricing.if_contains("discount");
  if (value == nullptr || value->is_object() || value->is_array()) return {};
  const auto* text = value->if_string();
  const auto read =
      parse_decimal(text == nullptr ? json::serialize(*value) : std::string(*text), places);
  return read && *read >= 0 && *read <= Discount::whole ? Discount{*read} : Discount{};
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

bool is_dynamic(const json::object& pricing) {
  Price price;
  const auto* prompt = pricing.if_contains("prompt");
  return prompt != nullptr && price_of(*prompt, price) == Stated::dynamic;
}

// None for dynamic ones.
bool read_pricing(const json::object& prices, std::vector<Period>& periods) {
  if (is_dynamic(prices)) return true;
  periods.resize(1);
  periods.front().discount = discount_in(prices);
  if (!apply(prices, std::nullopt, periods.front().rates)) return false;
  const auto* overrides = prices.if_contains("overrides");
  if (overrides == nullptr || overrides->is_null()) return true;
  if (!overrides->is_array()) return false;
  return std::ranges::all_of(overrides->get_array(), [&](const json::value& entry) {
    return apply_override(entry, periods);
  });
}

bool read_row(const json::value& row, ListedPrices& listed) {
  const auto* object = row.if_object();
  if (object == nullptr) return false;
  listed.id = text_of(*object, "id");
  listed.canonical_slug = text_of(*object, "canonical_slug");
  const auto* pricing = object->if_contains("pricing");
  if (listed.id.empty() || pricing == nullptr || !pricing->is_object()) return false;
  return read_pricing(pricing->get_object(), listed.periods);
}

}  // namespace

std::optional<Unit> unit_of_openrouter(std::string_view key) noexcept {
  for (const auto& [name, unit] : keys) {
    if (name == key) return unit;
  }
  return std::nullopt;
}

Result<std::vector<ListedPrices>> read_openrouter_prices(std::string_view models_json,
                                                         std::vector<std::string>& problems) {
  boost::system::error_code code;
  const auto parsed = json::parse(models_json, code);
  const auto* object = code ? nullptr : parsed.if_object();
  const auto* data = object == nullptr ? nullptr : object->if_contains("data");
  if (data == nullptr || !data->is_array()) {
    return upstream_error(Errc::upstream_invalid, R"(expected a model list, {"data": [...]})");
  }
  std::vector<ListedPrices> all;
  for (const auto& row : data->get_array()) {
    ListedPrices listed;
    if (read_row(row, listed)) {
      all.push_back(std::move(listed));
    } else {
      problems.push_back(
          fmt::format("row {}: a price that is no decimal of 0 or more", all.size()));
    }
  }
  return all;
}

std::vector<Period> read_openrouter_tier_prices(std::string_view endpoints_json,
                                                llm::ServiceTier tier) {
  const std::string suffix = "/" + std::string(name_of(tier));
  boost::system::error_code code;
  const auto parsed = json::parse(endpoints_json, code);
  const auto* endpoints = code ? nullptr : parsed.find_pointer("/data/endpoints", code);
  const auto* list = endpoints == nullptr ? nullptr : endpoints->if_array();
  if (list == nullptr) return {};
  std::vector<Period> found;
  for (const auto& endpoint : *list) {
    const auto* object = endpoint.if_object();
    if (object == nullptr || !text_of(*object, "tag").ends_with(suffix)) continue;
    const auto* pricing = object->if_contains("pricing");
    std::vector<Period> periods;
    if (pricing == nullptr || !pricing->is_object() ||
        !read_pricing(pricing->get_object(), periods) || periods.empty()) {
      return {};
    }
    if (!found.empty() && found != periods) return {};
    found = std::move(periods);
  }
  return found;
}

}  // namespace tollway::pricing
