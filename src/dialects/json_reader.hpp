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

void read_text(const simdjson::dom::object& object, const char* name, std::string& into);
void read_integer(const simdjson::dom::object& object, const char* name, std::int64_t& into);
// A count of tokens: an integer from 0 to 2^53.
void read_count(const simdjson::dom::object& object, const char* name,
                std::optional<std::int64_t>& into);

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
