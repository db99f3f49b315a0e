// Reading a few fields out of JSON that is passed on as it is.
#pragma once

#include <simdjson.h>

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

// True where `text` holds `"name"` followed by a colon and something other than null.
[[nodiscard]] bool mentions(std::string_view text, std::string_view quoted_name) noexcept;

// `text` as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace tollway::dialects
