// Values for --json; what is not known is null.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::terminal {

[[nodiscard]] inline boost::json::value json_text(std::string_view text) {
  return boost::json::string(text.data(), text.size());
}

[[nodiscard]] inline boost::json::value json_text_or_null(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return json_text(std::string_view(*text));
}

// Numbers and booleans.
template <class Value>
[[nodiscard]] boost::json::value json_or_null(const std::optional<Value>& value) {
  if (!value) return nullptr;
  return *value;
}

[[nodiscard]] inline boost::json::array json_texts(const std::vector<std::string>& texts) {
  boost::json::array made;
  for (const auto& text : texts) made.push_back(json_text(std::string_view(text)));
  return made;
}

}  // namespace tollway::terminal
