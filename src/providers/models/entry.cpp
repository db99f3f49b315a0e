#include "providers/models/entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>

#include "base/decimal.hpp"
#include "providers/model_list.hpp"

namespace tollway::providers {
namespace {

namespace json = boost::json;

constexpr std::size_t listed_texts_max = 128;
constexpr int price_places = 15;  // 1e-15 dollars a token, as prices are kept

bool is_printable(std::string_view text) {
  return std::ranges::none_of(
      text, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; });
}

std::string usable(const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr || text->size() > listed_name_bytes_max || !is_printable(*text)) return {};
  return std::string(*text);
}

std::string number_text(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const auto* integer = value.if_int64()) return fmt::format("{}", *integer);
  if (const auto* number = value.if_double()) return fmt::format("{}", *number);
  return {};
}

std::optional<std::int64_t> digits(std::string_view text, std::size_t at, std::size_t size) {
  if (text.size() < at + size) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + at + size;
  const auto [stopped, failed] = std::from_chars(text.data() + at, end, number);
  if (failed != std::errc() || stopped != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

const json::value* Entry::find(std::string_view field) const {
  return object_->if_contains({field.data(), field.size()});
}

std::string Entry::text(std::string_view field) const {
  const json::value* value = find(field);
  return value == nullptr ? std::string() : usable(*value);
}

std::optional<std::int64_t> Entry::count(std::initializer_list<std::string_view> fields) const {
  for (const std::string_view field : fields) {
    const json::value* value = find(field);
    const std::int64_t* number = value == nullptr ? nullptr : value->if_int64();
    if (number != nullptr && *number > 0) return *number;
  }
  return std::nullopt;
}

std::optional<bool> Entry::flag(std::string_view field) const {
  const json::value* value = find(field);
  const bool* flag = value == nullptr ? nullptr : value->if_bool();
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

std::vector<std::string> Entry::texts(std::string_view field) const {
  std::vector<std::string> texts;
  const json::value* value = find(field);
  const json::array* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return texts;
  for (const json::value& one : *list) {
    if (texts.size() == listed_texts_max) break;
    if (std::string text = usable(one); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string Entry::json() const {
  return object_->empty() ? std::string() : boost::json::serialize(*object_);
}

Entry Entry::object(std::string_view field) const {
  static const json::object empty;
  const json::value* value = find(field);
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return Entry(object == nullptr ? empty : *object);
}

std::vector<Entry> Entry::objects(std::string_view field) const {
  std::vector<Entry> entries;
  const json::value* value = find(field);
  const json::array* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return entries;
  for (const json::value& one : *list) {
    if (entries.size() == listed_texts_max) break;
    if (const json::object* object = one.if_object()) entries.emplace_back(*object);
  }
  return entries;
}

std::optional<std::string> Entry::price(std::string_view field, int exponent) const {
  const json::value* value = find(field);
  if (value == nullptr) return std::nullopt;
  const auto scaled = parse_decimal(number_text(*value), price_places + exponent);
  if (!scaled || *scaled < 0) return std::nullopt;
  return format_decimal(*scaled, price_places);
}

std::optional<std::int64_t> Entry::time(std::string_view field) const {
  const std::string text = this->text(field);
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::int64_t offset = 0;
  if (const std::size_t sign = text.find_first_of("+-", 19); sign != std::string::npos) {
    const auto hours = digits(text, sign + 1, 2);
    const auto minutes = digits(text, sign + 4, 2);
    if (!hours || !minutes) return std::nullopt;
    offset = (*hours * 3600 + *minutes * 60) * (text[sign] == '-' ? -1 : 1);
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(days).count() + *hour * 3600 +
         *minute * 60 + *second - offset;
}

}  // namespace tollway::providers
