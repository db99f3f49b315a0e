#include "pricing/openrouter_prices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "pricing/conditional_prices.hpp"

namespace tollway::pricing {
namespace {

namespace json = boost::json;

constexpr int dollars_to_femto = 15;
constexpr std::size_t overrides_max = 64;  // of one model

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

// What `object` states.
bool read_prices(const json::object& object, std::vector<std::pair<Unit, Price>>& prices) {
  for (const auto& [key, unit] : keys) {
    const auto* value = object.if_contains(key);
    if (value == nullptr) continue;
    Price price;
    if (price_of(*value, price) != Stated::price) return false;
    prices.emplace_back(unit, price);
  }
  return true;
}

bool read_override(const json::value& value, ConditionalPrices& entry) {
  const auto* object = value.if_object();
  if (object == nullptr) return false;
  if (const auto* tokens = object->if_contains("min_prompt_tokens")) {
    if (!tokens->is_int64() || tokens->get_int64() < 0) return false;
    entry.above_prompt_tokens = tokens->get_int64();
  }
  const auto start = clock_of(*object, "utc_start");
  const auto end = clock_of(*object, "utc_end");
  if (start.has_value() != end.has_value()) return false;
  if (start) entry.daily = {.start = *start, .end = *end};
  return read_prices(*object, entry.prices);
}

bool read_overrides(const json::object& pricing, std::vector<ConditionalPrices>& entries) {
  const auto* overrides = pricing.if_contains("overrides");
  if (overrides == nullptr || overrides->is_null()) return true;
  if (!overrides->is_array() || overrides->get_array().size() > overrides_max) return false;
  return std::ranges::all_of(overrides->get_array(), [&entries](const json::value& entry) {
    return read_override(entry, entries.emplace_back());
  });
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
  std::vector<std::pair<Unit, Price>> stated;
  std::vector<ConditionalPrices> entries;
  if (!read_prices(prices, stated) || !read_overrides(prices, entries)) return false;
  Rates base;
  for (const auto& [unit, price] : stated) {
    base[static_cast<std::size_t>(unit)] = TieredPrice{.base = price, .tiers = {}};
  }
  auto read = layered(base, entries);
  if (!read) return false;
  periods = std::move(*read);
  const Discount discount = discount_in(prices);
  for (auto& period : periods) period.discount = discount;
  return true;
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
