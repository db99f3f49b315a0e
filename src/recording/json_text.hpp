// JSON as recordings compare it.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

namespace tollway::recording {

// The document, or nothing where `text` is no JSON or nested deeper than limits::json_depth_max.
// Numbers are brought to one form, so that equal values are equal however they were written: 1, 1.0
// and 1e0 become the integer 1; others keep 15 significant digits. Boost.JSON's == and hash then
// compare documents by value, whatever the order of their keys.
[[nodiscard]] std::optional<boost::json::value> parse_json(std::string_view text);

}  // namespace tollway::recording
