#include "catalog/change_json.hpp"

#include <boost/json.hpp>

#include "base/decimal.hpp"
#include "catalog/rows.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;

constexpr int dollars_to_femto = 15;

json::value price_json(const std::optional<std::int64_t>& femtodollars) {
  if (!femtodollars) return nullptr;
  return json::value(format_decimal(*femtodollars, dollars_to_femto));
}

json::string text(std::string_view view) {
  return json::string(view.data(), view.size());
}

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains({name.data(), name.size()});
}

std::string_view text_in(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* found = value == nullptr ? nullptr : value->if_string();
  return found == nullptr ? std::string_view() : std::string_view(found->data(), found->size());
}

std::optional<std::int64_t> count_in(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::int64_t> price_in(const json::object& object, std::string_view name) {
  const auto amount = parse_decimal(text_in(object, name), dollars_to_femto);
  return amount ? std::optional(*amount) : std::nullopt;
}

std::optional<PriceKey> price_key_named(std::string_view name) {
  for (std::size_t i = 0; i < price_key_count; ++i) {
    if (name_of(static_cast<PriceKey>(i)) == name) return static_cast<PriceKey>(i);
  }
  return std::nullopt;
}

void read_prices(const json::object& object, Change& change) {
  const auto* prices = find(object, "prices");
  const auto* list = prices == nullptr ? nullptr : prices->if_array();
  if (list == nullptr) return;
  for (const auto& one : *list) {
    const auto* price = one.if_object();
    const auto key = price == nullptr ? std::nullopt : price_key_named(text_in(*price, "key"));
    if (!key) continue;
    PriceChange made{.key = *key,
                     .before = price_in(*price, "before"),
                     .after = price_in(*price, "after"),
                     .above_prompt_tokens = count_in(*price, "above_prompt_tokens")};
    const auto start = count_in(*price, "utc_start");
    const auto end = count_in(*price, "utc_end");
    if (start && end) made.daily = {.start = time_of_clock(*start), .end = time_of_clock(*end)};
    change.prices.push_back(made);
  }
}

}  // namespace

json::object change_json(const Change& change) {
  json::object made{{"kind", text(name_of(change.kind))}, {"model", change.model}};
  if (!change.provider.empty()) made["provider"] = change.provider;
  if (!change.prices.empty()) {
    json::array prices;
    for (const auto& price : change.prices) {
      json::object one{{"key", text(name_of(price.key))},
                       {"before", price_json(price.before)},
                       {"after", price_json(price.after)}};
      if (price.above_prompt_tokens) one["above_prompt_tokens"] = *price.above_prompt_tokens;
      if (price.daily) {
        one["utc_start"] = clock_number(price.daily->start);
        one["utc_end"] = clock_number(price.daily->end);
      }
      prices.push_back(std::move(one));
    }
    made["prices"] = std::move(prices);
  }
  if (change.context_before) made["context_before"] = *change.context_before;
  if (change.context_after) made["context_after"] = *change.context_after;
  if (change.expires) made["expires"] = date_text(*change.expires);
  return made;
}

std::optional<Change> read_change(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto kind = change_named(text_in(*object, "kind"));
  if (!kind || text_in(*object, "model").empty()) return std::nullopt;
  Change change;
  change.kind = *kind;
  change.model = text_in(*object, "model");
  change.provider = text_in(*object, "provider");
  read_prices(*object, change);
  change.context_before = count_in(*object, "context_before");
  change.context_after = count_in(*object, "context_after");
  change.expires = read_date(text_in(*object, "expires"));
  return change;
}

json::object configured_json(const ConfiguredModel& configured) {
  json::array replacements;
  for (const auto& one : configured.replacements) {
    const auto permille = one.dearer_permille;
    replacements.push_back(
        json::object{{"model", one.model->id},
                     {"reason", text(name_of(one.reason))},
                     {"prompt", price_json(one.model->prices[PriceKey::prompt])},
                     {"completion", price_json(one.model->prices[PriceKey::completion])},
                     {"dearer_percent", permille ? json::value(static_cast<double>(*permille) / 10)
                                                 : json::value(nullptr)}});
  }
  json::array near;
  for (const auto& id : configured.near) near.emplace_back(id);
  json::array elsewhere;
  for (const auto& name : configured.elsewhere) elsewhere.emplace_back(name);
  return {{"model", configured.id},
          {"state", text(name_of(configured.state))},
          {"expires",
           configured.expires ? json::value(date_text(*configured.expires)) : json::value(nullptr)},
          {"replacements", std::move(replacements)},
          {"near", std::move(near)},
          {"elsewhere", std::move(elsewhere)}};
}

}  // namespace tollway::catalog
