// Definitions as JSON, the format of data/settings.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "tollway/settings.hpp"

namespace tollway::settings {

// An array of objects with the fields key, name, description, category, type (text, integer,
// number, boolean, json), ui_element (password, text, number, range, checkbox, select, json), and,
// where they apply, min, max, step, options ({value, label}), default, visible, editable, url,
// environment. Unknown fields are refused. Errc::bad_request names `file`, the key and the field.
[[nodiscard]] Result<std::vector<SettingDefinition>> parse_definitions(std::string_view json,
                                                                       std::string_view file);

// A JSON value as the text that a person would type: strings without quotes, 0.7 as "0.7".
[[nodiscard]] std::string text_of(const boost::json::value& value);

}  // namespace tollway::settings
