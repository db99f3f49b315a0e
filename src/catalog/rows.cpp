#include "catalog/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/decimal.hpp"
#include "catalog/names.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;

constexpr int dollars_to_femto = 15;
constexpr std::size_t texts_max = 128;

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains({name.data(), name.size()});
}

bool is_usable(std::string_view text) {
  return text.size() <= name_bytes_max && std::ranges::none_of(text, [](char byte) {
           return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
         });
}

std::optional<std::int64_t> count_in(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr || *number <= 0 ? std::nullopt : std::optional(*number);
}

const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object empty;
  const auto* value = find(object, name);
  const auto* found = value == nullptr ? nullptr : value->if_object();
  return found == nullptr ? empty : *found;
}

std::optional<std::chrono::minutes> clock_in(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  const bool valid = number != nullptr && *number >= 0 && *number / 100 < 24 && *number % 100 < 60;
  if (!valid) return std::nullopt;
  return time_of_clock(*number);
}

void read_amounts(const json::object& pricing, PriceAmounts& amounts) {
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto* value = find(pricing, name_of(static_cast<PriceKey>(i)));
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr) continue;
    const auto amount = parse_decimal({text->data(), text->size()}, dollars_to_femto);
    if (amount && *amount >= 0) amounts[i] = *amount;
  }
}

// One whose conditions cannot be read is left out.
void read_overrides(const json::object& pricing, std::vector<PriceOverride>& overrides) {
  constexpr std::size_t overrides_max = 64;
  const auto* value = find(pricing, "overrides");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return;
  for (const auto& one : *list) {
    const auto* entry = one.if_object();
    if (entry == nullptr || overrides.size() == overrides_max) continue;
    PriceOverride made;
    made.above_prompt_tokens = count_in(*entry, "min_prompt_tokens");
    const auto start = clock_in(*entry, "utc_start");
    const auto end = clock_in(*entry, "utc_end");
    if (start && end) made.daily = {.start = *start, .end = *end};
    if (!made.above_prompt_tokens && !made.daily) continue;
    read_amounts(*entry, made.femtodollars);
    overrides.push_back(made);
  }
}

json::object amounts_json(const PriceAmounts& amounts) {
  json::object made;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    if (!amounts[i]) continue;
    made[name_of(static_cast<PriceKey>(i))] = format_decimal(*amounts[i], dollars_to_femto);
  }
  return made;
}

json::array overrides_json(const std::vector<PriceOverride>& overrides) {
  json::array made;
  for (const auto& one : overrides) {
    json::object entry = amounts_json(one.femtodollars);
    if (one.above_prompt_tokens) entry["min_prompt_tokens"] = *one.above_prompt_tokens;
    if (one.daily) {
      entry["utc_start"] = clock_number(one.daily->start);
      entry["utc_end"] = clock_number(one.daily->end);
    }
    made.push_back(std::move(entry));
  }
  return made;
}

json::array array_of(const std::vector<std::string>& texts) {
  json::array made;
  for (const auto& text : texts) made.emplace_back(text);
  return made;
}

template <class Value>
json::value or_null(const std::optional<Value>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

std::string row_text(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr || !is_usable({text->data(), text->size()})) return {};
  return std::string(*text);
}

std::vector<std::string> row_texts(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const auto* value = find(object, name);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return texts;
  for (const auto& one : *list) {
    const auto* text = one.if_string();
    if (text != nullptr && texts.size() < texts_max && is_usable({text->data(), text->size()})) {
      texts.emplace_back(*text);
    }
  }
  return texts;
}

std::chrono::minutes time_of_clock(std::int64_t number) noexcept {
  return std::chrono::hours(number / 100) + std::chrono::minutes(number % 100);
}

std::int64_t clock_number(std::chrono::minutes time) noexcept {
  return time.count() / 60 * 100 + time.count() % 60;
}

std::optional<std::chrono::sys_days> read_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t size) {
    int value = -1;
    const char* end = text.data() + at + size;
    return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
  };
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool is_openrouter_row(const json::object& row) {
  return !object_in(row, "architecture").empty() && !object_in(row, "pricing").empty() &&
         find(row, "canonical_slug") != nullptr;
}

std::optional<Model> read_row(const json::object& row) {
  const auto& architecture = object_in(row, "architecture");
  const auto& top_provider = object_in(row, "top_provider");
  Model model;
  model.id = row_text(row, "id");
  if (model.id.empty()) return std::nullopt;
  model.canonical_slug = row_text(row, "canonical_slug");
  if (model.canonical_slug.empty()) model.canonical_slug = model.id;
  model.name = row_text(row, "name");
  if (model.name.empty()) model.name = model.id;
  model.hugging_face_id = row_text(row, "hugging_face_id");
  model.alias_target = row_text(object_in(row, "alias_target"), "slug");
  model.created = count_in(row, "created").value_or(0);
  model.context_length = count_in(row, "context_length");
  model.max_output_tokens = count_in(top_provider, "max_completion_tokens");
  model.input_modalities = row_texts(architecture, "input_modalities");
  model.output_modalities = row_texts(architecture, "output_modalities");
  model.supported_parameters = row_texts(row, "supported_parameters");
  model.tokenizer = row_text(architecture, "tokenizer");
  model.knowledge_cutoff = row_text(row, "knowledge_cutoff");
  model.expires = read_date(row_text(row, "expiration_date"));
  model.prices = prices_in(object_in(row, "pricing"));
  model.row = json::serialize(row);
  return model;
}

Prices prices_in(const json::object& pricing) {
  Prices prices;
  read_overrides(pricing, prices.overrides);
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto key = static_cast<PriceKey>(i);
    const auto* value = find(pricing, name_of(key));
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr) continue;
    const auto amount = parse_decimal({text->data(), text->size()}, dollars_to_femto);
    if (!amount) continue;
    if (*amount < 0) {
      prices.dynamic = true;
    } else {
      prices[key] = *amount;
    }
  }
  return prices;
}

json::object pricing_of(const Prices& prices) {
  json::object pricing = amounts_json(prices.femtodollars);
  for (const auto key : {PriceKey::prompt, PriceKey::completion}) {
    if (!prices[key]) pricing[name_of(key)] = "-1";
  }
  if (!prices.overrides.empty()) pricing["overrides"] = overrides_json(prices.overrides);
  return pricing;
}

std::string with_own_terms(const Model& model) {
  json::error_code failed;
  auto parsed = json::parse(model.row, failed);
  auto* object = failed ? nullptr : parsed.if_object();
  if (object == nullptr) return model.row;
  (*object)["pricing"] = pricing_of(model.prices);
  if (model.expires) (*object)["expiration_date"] = date_text(*model.expires);
  return json::serialize(*object);
}

std::string row_at(const Model& model, std::chrono::minutes time) {
  if (!model.prices.depends_on_time()) return model.row;
  json::error_code failed;
  auto parsed = json::parse(model.row, failed);
  auto* object = failed ? nullptr : parsed.if_object();
  auto* pricing = object == nullptr ? nullptr : object->if_contains("pricing");
  if (pricing == nullptr || !pricing->is_object()) return model.row;
  // The rest of it is passed on as it came.
  for (const auto& [name, amount] : amounts_json(model.prices.at(time).femtodollars)) {
    pricing->get_object()[name] = amount;
  }
  return json::serialize(*object);
}

json::object architecture_of(const Model& model) {
  const auto& in = model.input_modalities;
  const auto& out = model.output_modalities;
  const std::vector<std::string> text{"text"};
  const auto& input = in.empty() ? text : in;
  const auto& output = out.empty() ? text : out;
  return {{"modality", fmt::format("{}->{}", fmt::join(input, "+"), fmt::join(output, "+"))},
          {"input_modalities", array_of(input)},
          {"output_modalities", array_of(output)},
          {"tokenizer", model.tokenizer.empty() ? "Other" : model.tokenizer},
          {"instruct_type", nullptr}};
}

json::object write_row(const Model& model) {
  const std::string expires = model.expires ? date_text(*model.expires) : std::string();
  return {{"id", model.id},
          {"canonical_slug", model.canonical_slug},
          {"hugging_face_id", text_or_null(model.hugging_face_id)},
          {"name", model.name},
          {"created", model.created},
          {"context_length", or_null(model.context_length)},
          {"architecture", architecture_of(model)},
          {"pricing", pricing_of(model.prices)},
          {"top_provider", json::object{{"context_length", or_null(model.context_length)},
                                        {"max_completion_tokens", or_null(model.max_output_tokens)},
                                        {"is_moderated", false}}},
          {"per_request_limits", nullptr},
          {"supported_parameters", array_of(model.supported_parameters)},
          {"default_parameters", nullptr},
          {"supported_voices", nullptr},
          {"knowledge_cutoff", text_or_null(model.knowledge_cutoff)},
          {"expiration_date", text_or_null(expires)},
          {"links", json::object{{"details", "/api/v1/models/" + model.id + "/endpoints"}}}};
}

}  // namespace tollway::catalog
