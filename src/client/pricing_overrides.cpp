// pricing.overrides, put into the form of data/prices, whose reader then checks it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "client/pricing_rows.hpp"

namespace tollway::client {
namespace {

namespace json = boost::json;

constexpr std::string_view setting = "pricing.overrides";

std::unexpected<Error> refused(std::size_t row, std::string_view what) {
  return client_error(Errc::bad_request, fmt::format("{}, entry {}: {}", setting, row + 1, what));
}

// Numbers may stand where a sheet has text.
json::value price_text(const json::value& value) {
  if (const auto* integer = value.if_int64()) return json::value(fmt::format("{}", *integer));
  if (const auto* number = value.if_double()) return json::value(fmt::format("{}", *number));
  const auto* tiered = value.if_object();
  if (tiered == nullptr) return value;
  json::object read = *tiered;
  if (auto* base = read.if_contains("base")) *base = price_text(*base);
  auto* above = read.if_contains("above");
  if (above == nullptr || !above->is_array()) return read;
  for (auto& tier : above->get_array()) {
    if (tier.is_array() && tier.get_array().size() == 2) tier.at(1) = price_text(tier.at(1));
  }
  return read;
}

std::string text_of(const json::object& row, std::string_view name) {
  const auto* value = row.if_contains(name);
  return value != nullptr && value->is_string() ? lower(value->get_string()) : std::string();
}

json::object& object_in(json::object& owner, std::string_view name) {
  auto& value = owner[name];
  return value.is_object() ? value.get_object() : value.emplace_object();
}

json::array& array_in(json::object& owner, std::string_view name) {
  auto& value = owner[name];
  return value.is_array() ? value.get_array() : value.emplace_array();
}

// Empty: the standard one. Nullopt: none that can have prices.
std::optional<std::string> tier_of(const json::object& row) {
  const auto* value = row.if_contains("service_tier");
  if (value == nullptr) return std::string();
  const auto text = text_of(row, "service_tier");
  const auto tier = llm::service_tier_named(text);
  if (!tier || *tier == llm::ServiceTier::other) return std::nullopt;
  return *tier == llm::ServiceTier::standard ? std::string() : std::string(name_of(*tier));
}

struct Vendor {
  // By model: "periods" of the standard tier and "tiers" of others, as sheets have them.
  std::map<std::string, json::object> models;
  json::array discounts;
};
using Vendors = std::map<std::string, Vendor>;

// An entry's members, apart.
struct Stated {
  json::object when;
  json::object rates;
  json::value discount;  // null: none
};

Stated stated_in(const json::object& row) {
  Stated stated;
  for (const auto& [name, value] : row) {
    if (name == "provider" || name == "model" || name == "service_tier") continue;
    if (name == "from" || name == "to" || name == "daily") {
      stated.when[name] = value;
    } else if (name == "discount") {
      stated.discount = price_text(value);
    } else {
      stated.rates[name] = price_text(value);
    }
  }
  return stated;
}

// Of one model, or of all that the provider has.
json::object match_of(const std::string& model) {
  constexpr std::string_view any;
  if (model == "*") return {{"contains", any}};
  return {{"equals", model}};
}

Result<Vendors> read_rows(const json::array& rows) {
  Vendors vendors;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto* row = rows[i].if_object();
    if (row == nullptr) return refused(i, "expected an object with provider and model");
    const auto provider = text_of(*row, "provider");
    const auto model = text_of(*row, "model");
    if (provider.empty() || model.empty()) return refused(i, "expected provider and model as text");
    const auto tier = tier_of(*row);
    if (!tier) return refused(i, "expected service_tier to be flex, priority or batch");
    auto [period, rates, discount] = stated_in(*row);
    auto& vendor = vendors[std::string(sheet_name(provider))];
    if (!discount.is_null()) period["discount"] = discount;
    if (rates.empty() && !discount.is_null()) {
      period["match"] = match_of(model);
      if (!tier->empty()) period["tier"] = *tier;
      vendor.discounts.push_back(std::move(period));
      continue;
    }
    if (rates.empty()) {
      return refused(i, "expected a price, such as input = 2.5, or discount = 0.1");
    }
    if (model == "*") return refused(i, "expected the name of a model that has the prices");
    period["rates"] = std::move(rates);
    auto& prices = vendor.models[model];
    auto& owner = tier->empty() ? prices : object_in(prices, "tiers");
    array_in(owner, tier->empty() ? "periods" : *tier).push_back(std::move(period));
  }
  return vendors;
}

}  // namespace

Result<std::shared_ptr<const pricing::PriceSheet>> read_overrides(
    const SettingsSnapshot& settings) {
  const auto text = settings.text(setting);
  if (!text || text->empty()) return nullptr;
  boost::system::error_code code;
  const auto parsed = json::parse(*text, code);
  if (code || !parsed.is_array()) {
    return client_error(Errc::bad_request, fmt::format("{}: expected a list of objects", setting));
  }
  const auto vendors = read_rows(parsed.get_array());
  if (!vendors) return std::unexpected(vendors.error());
  std::vector<std::string> texts;
  texts.reserve(vendors->size());  // views of them are kept
  std::vector<EmbeddedFile> files;
  for (const auto& [provider, vendor] : *vendors) {
    json::array list;
    for (const auto& [model, prices] : vendor.models) {
      json::object row = prices;
      row["id"] = model;
      row["match"] = match_of(model);
      list.push_back(std::move(row));
    }
    texts.push_back(json::serialize(json::object{{"provider", provider},
                                                 {"source", settings.source(setting)},
                                                 {"date", ""},
                                                 {"models", std::move(list)},
                                                 {"discounts", vendor.discounts}}));
    files.push_back({.name = setting, .text = texts.back()});
  }
  auto sheet = pricing::PriceSheet::read(files);
  if (!sheet) return std::unexpected(sheet.error());
  return std::make_shared<const pricing::PriceSheet>(std::move(*sheet));
}

}  // namespace tollway::client
