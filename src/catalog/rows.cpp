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

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr || !is_usable({text->data(), text->size()})) return {};
  return std::string(*text);
}

std::optional<std::int64_t> count_in(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr || *number <= 0 ? std::nullopt : std::optional(*number);
}

std::vector<std::string> texts_in(const json::object& object, std::string_view name) {
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

const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object empty;
  const auto* value = find(object, name);
  const auto* found = value == nullptr ? nullptr : value->if_object();
  return found == nullptr ? empty : *found;
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
  model.id = text_in(row, "id");
  if (model.id.empty()) return std::nullopt;
  model.canonical_slug = text_in(row, "canonical_slug");
  if (model.canonical_slug.empty()) model.canonical_slug = model.id;
  model.name = text_in(row, "name");
  if (model.name.empty()) model.name = model.id;
  model.hugging_face_id = text_in(row, "hugging_face_id");
  model.alias_target = text_in(object_in(row, "alias_target"), "slug");
  model.created = count_in(row, "created").value_or(0);
  model.context_length = count_in(row, "context_length");
  model.max_output_tokens = count_in(top_provider, "max_completion_tokens");
  model.input_modalities = texts_in(architecture, "input_modalities");
  model.output_modalities = texts_in(architecture, "output_modalities");
  model.supported_parameters = texts_in(row, "supported_parameters");
  model.tokenizer = text_in(architecture, "tokenizer");
  model.knowledge_cutoff = text_in(row, "knowledge_cutoff");
  model.expires = read_date(text_in(row, "expiration_date"));
  model.prices = prices_in(object_in(row, "pricing"));
  model.row = json::serialize(row);
  return model;
}

Prices prices_in(const json::object& pricing) {
  Prices prices;
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
  json::object pricing;
  for (std::size_t i = 0; i < price_key_count; ++i) {
    const auto key = static_cast<PriceKey>(i);
    const bool always = key == PriceKey::prompt || key == PriceKey::completion;
    if (prices[key]) {
      pricing[name_of(key)] = format_decimal(*prices[key], dollars_to_femto);
    } else if (always) {
      pricing[name_of(key)] = "-1";
    }
  }
  return pricing;
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
