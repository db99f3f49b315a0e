// Reading a few fields out of JSON that is passed on as it is.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "llm/usage.hpp"

namespace tollway::dialects {

// Parses `json`, which need not be padded, with this thread's parser. The element lasts until the
// next call on the thread. Nullopt where it is not one valid JSON object.
[[nodiscard]] std::optional<simdjson::dom::object> parse_object(std::string_view json);

// Members of a simdjson::dom::object or of Members; what is missing or of another type changes
// nothing.
template <class Object>
void read_text(const Object& object, std::string_view name, std::string& into) {
  std::string_view text;
  if (object[name].get(text) == simdjson::SUCCESS) into = text;
}
template <class Object>
void read_integer(const Object& object, std::string_view name, std::int64_t& into) {
  std::int64_t value = 0;
  if (object[name].get(value) == simdjson::SUCCESS) into = value;
}
// A count of tokens: an integer from 0 to 2^53.
template <class Object>
void read_count(const Object& object, std::string_view name, std::optional<std::int64_t>& into) {
  constexpr std::int64_t count_max = std::int64_t{1} << 53;
  std::int64_t value = 0;
  if (object[name].get(value) != simdjson::SUCCESS || value < 0 || value > count_max) return;
  into = value;
}

// Where `quoted_name` first stands in `text`, at or after `from`; npos where it does not. For names
// in quotes, four bytes and more. string_view::find would stop at every quote, of which JSON is
// full.
[[nodiscard]] std::size_t find_name(std::string_view text, std::string_view quoted_name,
                                    std::size_t from = 0) noexcept;

// True where `text` holds `"name"` followed by a colon and something other than null.
[[nodiscard]] bool mentions(std::string_view text, std::string_view quoted_name) noexcept;

// `text` as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace tollway::dialects
