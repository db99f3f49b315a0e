#include "dialects/raw_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

bool is_array(std::string_view text) {
  const std::string wrapped = fmt::format(R"({{"a":{}}})", text);
  const auto object = parse_object(wrapped);
  return object && object->size() == 1 && (*object)["a"].is_array();
}

}  // namespace

Result<std::string_view> check_raw_json(std::string_view json, JsonKind kind,
                                        std::string_view what) {
  const auto text = trimmed(json);
  if (kind == JsonKind::object ? parse_object(text).has_value() : is_array(text)) return text;
  return client_error(Errc::bad_request,
                      fmt::format("{} must be the text of one JSON {}", what,
                                  kind == JsonKind::object ? "object" : "array"));
}

bool RawMembers::has(std::string_view name) const {
  return std::ranges::find(names, name) != names.end();
}

Result<RawMembers> read_raw_members(std::string_view json, std::string_view what) {
  RawMembers members;
  const auto text = trimmed(json);
  if (text.empty()) return members;
  const auto object = parse_object(text);
  if (!object) {
    return client_error(Errc::bad_request,
                        fmt::format("{} must be the text of one JSON object", what));
  }
  for (const auto field : *object) {
    if (members.has(field.key)) {
      return client_error(Errc::bad_request, fmt::format("{} has {:?} twice", what, field.key));
    }
    members.names.emplace_back(field.key);
  }
  members.text = trimmed(text.substr(1, text.size() - 2));
  return members;
}

}  // namespace tollway::dialects
