// PriceSheet::read(): the format of data/prices, as script/prices writes it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "pricing/price_sheet.hpp"

namespace tollway::pricing {

std::span<const EmbeddedFile> embedded_sheets();  // by tollway_embed()

namespace {

namespace json = boost::json;

constexpr int per_million_to_femto = 9;  // dollars per million units to 1e-15 dollars a unit

// What does not fit the format. Thrown only within this file.
struct Misfit {
  std::string message;
};

std::string text_of(const json::value& value, std::string_view what) {
  const auto* text = value.if_string();
  if (text == nullptr) throw Misfit{fmt::format("{}: expected a string", what)};
  return std::string(*text);
}

const json::value& member(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  if (found == nullptr) throw Misfit{fmt::format("expected a member \"{}\"", name)};
  return *found;
}

const json::object& object_of(const json::value& value, std::string_view what) {
  const auto* object = value.if_object();
  if (object == nullptr) throw Misfit{fmt::format("{}: expected an object", what)};
  return *object;
}

const json::array& array_of(const json::value& value, std::string_view what) {
  const auto* array = value.if_array();
  if (array == nullptr) throw Misfit{fmt::format("{}: expected an array", what)};
  return *array;
}

std::int64_t count_of(const json::value& value, std::string_view what) {
  const auto* number = value.if_int64();
  if (number == nullptr || *number < 0) {
    throw Misfit{fmt::format("{}: expected a whole number of 0 or more", what)};
  }
  return *number;
}

Price price_of(const json::value& value, std::string_view what) {
  const auto price = parse_decimal(text_of(value, what), per_million_to_femto);
  if (!price || *price < 0) {
    throw Misfit{fmt::format("{}: expected dollars per million as a decimal of 0 or more", what)};
  }
  return {*price};
}

TieredPrice tiered_of(const json::value& value, std::string_view what) {
  if (value.is_string()) return {.base = price_of(value, what), .tiers = {}};
  const auto& object = object_of(value, what);
  TieredPrice price{.base = price_of(member(object, "base"), what), .tiers = {}};
  for (const auto& row : array_of(member(object, "above"), what)) {
    const auto& tier = array_of(row, what);
    if (tier.size() != 2) throw Misfit{fmt::format("{}: expected [tokens, price]", what)};
    price.tiers.push_back(
        {.above_prompt_tokens = count_of(tier[0], what), .price = price_of(tier[1], what)});
  }
  std::ranges::sort(price.tiers, {}, &TieredPrice::Tier::above_prompt_tokens);
  return price;
}

Rates rates_of(const json::value& value) {
  Rates rates;
  for (const auto& [name, price] : object_of(value, "rates")) {
    const auto unit = unit_named(name);
    if (!unit) throw Misfit{fmt::format("rates: unknown unit \"{}\"", std::string_view(name))};
    rates[static_cast<std::size_t>(*unit)] = tiered_of(price, name);
  }
  return rates;
}

// "2026-03-13" or "16:30": fixed digits around fixed separators.
int digits(std::string_view text, std::size_t at, std::size_t count, std::string_view what) {
  int number = -1;
  const auto part = text.size() >= at + count ? text.substr(at, count) : std::string_view{};
  const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), number);
  if (part.empty() || code != std::errc{} || end != part.data() + part.size() || number < 0) {
    throw Misfit{fmt::format("{}: expected digits, got \"{}\"", what, text)};
  }
  return number;
}

std::chrono::sys_days date_of(const json::value& value, std::string_view what) {
  const auto text = text_of(value, what);
  const std::chrono::year_month_day date{
      std::chrono::year(digits(text, 0, 4, what)),
      std::chrono::month(static_cast<unsigned>(digits(text, 5, 2, what))),
      std::chrono::day(static_cast<unsigned>(digits(text, 8, 2, what)))};
  if (text.size() != 10 || !date.ok()) {
    throw Misfit{fmt::format("{}: expected a date as 2026-03-13, got \"{}\"", what, text)};
  }
  return date;
}

std::chrono::minutes minutes_of(const json::value& value) {
  const auto text = text_of(value, "daily");
  const auto hours = digits(text, 0, 2, "daily");
  const auto minutes = digits(text, 3, 2, "daily");
  if (text.size() != 5 || hours > 24 || minutes > 59) {
    throw Misfit{fmt::format("daily: expected a time as 16:30, got \"{}\"", text)};
  }
  return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

Validity validity_of(const json::object& object) {
  Validity when;
  if (const auto* from = object.if_contains("from")) when.from = date_of(*from, "from");
  if (const auto* to = object.if_contains("to")) when.to = date_of(*to, "to");
  if (when.from && when.to && *when.to <= *when.from) {
    throw Misfit{"to: expected a day after that of from; it is the first that is not meant"};
  }
  if (const auto* daily = object.if_contains("daily")) {
    const auto& window = array_of(*daily, "daily");
    if (window.size() != 2) throw Misfit{"daily: expected [start, end]"};
    when.daily = {.start = minutes_of(window[0]), .end = minutes_of(window[1])};
  }
  return when;
}

Discount discount_of(const json::value& value) {
  constexpr int places = 9;
  const auto fraction = parse_decimal(text_of(value, "discount"), places);
  if (!fraction || *fraction < 0 || *fraction > Discount::whole) {
    throw Misfit{"discount: expected the fraction that is not paid, 0 to 1, as 0.25"};
  }
  return {*fraction};
}

Period period_of(const json::value& value) {
  const auto& object = object_of(value, "periods");
  Period period{
      .when = validity_of(object), .rates = rates_of(member(object, "rates")), .discount = {}};
  if (const auto* discount = object.if_contains("discount")) {
    period.discount = discount_of(*discount);
    period.rates = reduced(std::move(period.rates), period.discount);
  }
  return period;
}

std::vector<Period> periods_of(const json::value& value) {
  std::vector<Period> periods;
  for (const auto& period : array_of(value, "periods")) periods.push_back(period_of(period));
  return periods;
}

llm::ServiceTier tier_named(std::string_view name) {
  const auto tier = llm::service_tier_named(name);
  if (!tier || *tier == llm::ServiceTier::standard || *tier == llm::ServiceTier::other) {
    throw Misfit{fmt::format("tiers: expected flex, priority or batch, got \"{}\"", name)};
  }
  return *tier;
}

NameMatch match_of(const json::value& value, int depth = 0) {
  using Kind = NameMatch::Kind;
  static constexpr std::array<std::pair<std::string_view, Kind>, 7> kinds{
      {{"equals", Kind::equals},
       {"starts_with", Kind::starts_with},
       {"ends_with", Kind::ends_with},
       {"contains", Kind::contains},
       {"regex", Kind::regex},
       {"or", Kind::any},
       {"and", Kind::all}}};
  const auto& object = object_of(value, "match");
  if (object.size() != 1 || depth > 4) throw Misfit{"match: expected one rule"};
  const auto& [name, operand] = *object.begin();
  const auto* const row =
      std::ranges::find(kinds, std::string_view(name), &std::pair<std::string_view, Kind>::first);
  if (row == kinds.end()) {
    throw Misfit{fmt::format("match: unknown rule \"{}\"", std::string_view(name))};
  }
  NameMatch match{.kind = row->second, .text = {}, .pattern = {}, .rules = {}};
  if (match.kind == Kind::any || match.kind == Kind::all) {
    for (const auto& rule : array_of(operand, "match")) {
      match.rules.push_back(match_of(rule, depth + 1));
    }
    return match;
  }
  match.text = text_of(operand, "match");
  std::ranges::transform(match.text, match.text.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  if (match.kind == Kind::regex) {
    // Not lowered: \D is not \d.
    match.pattern =
        std::make_shared<const std::regex>(text_of(operand, "match"), std::regex::icase);
  }
  return match;
}

PricedModel model_of(const json::value& value) {
  const auto& object = object_of(value, "models");
  PricedModel model{.id = text_of(member(object, "id"), "id"),
                    .match = match_of(member(object, "match")),
                    .context_length = {},
                    .periods = {},
                    .tiers = {}};
  if (const auto* context = object.if_contains("context")) {
    model.context_length = count_of(*context, "context");
  }
  if (const auto* source = object.if_contains("source")) model.source = text_of(*source, "source");
  if (const auto* date = object.if_contains("date")) model.date = text_of(*date, "date");
  if (const auto* periods = object.if_contains("periods")) model.periods = periods_of(*periods);
  if (const auto* tiers = object.if_contains("tiers")) {
    for (const auto& [name, periods] : object_of(*tiers, "tiers")) {
      model.tiers.push_back({.tier = tier_named(name), .periods = periods_of(periods)});
      if (model.tiers.back().periods.empty()) {
        throw Misfit{fmt::format("{}: expected a period", model.id)};
      }
    }
  }
  if (model.periods.empty() && model.tiers.empty()) {
    throw Misfit{fmt::format("{}: expected a period", model.id)};
  }
  return model;
}

GrantedDiscount granted_of(const json::value& value) {
  const auto& object = object_of(value, "discounts");
  GrantedDiscount granted{.match = match_of(member(object, "match")),
                          .tier = {},
                          .when = validity_of(object),
                          .discount = discount_of(member(object, "discount"))};
  if (const auto* tier = object.if_contains("tier"))
    granted.tier = tier_named(text_of(*tier, "tier"));
  return granted;
}

VendorSheet sheet_of(std::string_view text) {
  const auto parsed = json::parse(text);
  const auto& object = object_of(parsed, "the file");
  VendorSheet sheet{.provider = text_of(member(object, "provider"), "provider"),
                    .source = text_of(member(object, "source"), "source"),
                    .date = text_of(member(object, "date"), "date"),
                    .tier_source = {},
                    .tier_date = {},
                    .fallback = {},
                    .models = {}};
  const auto* tier_source = object.if_contains("tier_source");
  sheet.tier_source = tier_source == nullptr ? sheet.source : text_of(*tier_source, "tier_source");
  const auto* tier_date = object.if_contains("tier_date");
  sheet.tier_date = tier_date == nullptr ? sheet.date : text_of(*tier_date, "tier_date");
  if (const auto* fallback = object.if_contains("fallback")) {
    for (const auto& other : array_of(*fallback, "fallback")) {
      sheet.fallback.push_back(text_of(other, "fallback"));
    }
  }
  for (const auto& model : array_of(member(object, "models"), "models")) {
    sheet.models.push_back(model_of(model));
  }
  if (const auto* discounts = object.if_contains("discounts")) {
    for (const auto& granted : array_of(*discounts, "discounts")) {
      sheet.discounts.push_back(granted_of(granted));
    }
  }
  return sheet;
}

}  // namespace

Result<PriceSheet> PriceSheet::read(std::span<const EmbeddedFile> files) {
  PriceSheet sheet;
  for (const auto& file : files) {
    try {
      sheet.vendors_.push_back(sheet_of(file.text));
    } catch (const Misfit& misfit) {
      return client_error(Errc::bad_request, fmt::format("{}: {}", file.name, misfit.message));
    } catch (const std::exception& error) {  // of the JSON and regex libraries
      return client_error(Errc::bad_request, fmt::format("{}: {}", file.name, error.what()));
    }
  }
  std::ranges::sort(sheet.vendors_, {}, &VendorSheet::provider);
  return sheet;
}

const PriceSheet& PriceSheet::built_in() {
  static const PriceSheet sheet = [] {
    auto read = PriceSheet::read(embedded_sheets());
    // The tests read every sheet, so this is not reached; without prices every cost is unknown.
    if (!read) log::error("the built-in prices cannot be read: {}", read.error().message);
    return read ? std::move(*read) : PriceSheet{};
  }();
  return sheet;
}

}  // namespace tollway::pricing
