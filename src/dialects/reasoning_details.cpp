#include "dialects/reasoning_details.hpp"

#include <string_view>

#include "base/limits.hpp"

namespace tollway::dialects {
namespace {

namespace json = boost::json;

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// The member that fragments of this type append to; empty where they do not.
std::string_view appended_member(std::string_view type) {
  if (type == "reasoning.text") return "text";
  if (type == "reasoning.summary") return "summary";
  return {};
}

bool same_index(const json::object& left, const json::object& right) {
  const json::value* const a = left.if_contains("index");
  const json::value* const b = right.if_contains("index");
  return a == nullptr ? b == nullptr : b != nullptr && *a == *b;
}

bool says_nothing(const json::value& value) {
  return value.is_null() || (value.is_string() && value.get_string().empty());
}

void merge(const json::object& fragment, std::string_view appended, json::object& item) {
  for (const auto& [name, value] : fragment) {
    json::value& mine = item[name];
    if (name == appended && mine.is_string() && value.is_string()) {
      mine.get_string().append(value.get_string());
    } else if (!says_nothing(value) || mine.is_null()) {
      mine = value;
    }
  }
}

}  // namespace

json::object* ReasoningDetails::find_begun(const json::object& fragment) {
  const auto type = text_of(fragment, "type");
  if (appended_member(type).empty()) return nullptr;
  const auto id = text_of(fragment, "id");
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    json::object& begun = item->get_object();
    const auto its_id = text_of(begun, "id");
    if (text_of(begun, "type") == type && same_index(begun, fragment) &&
        (id.empty() || its_id.empty() || id == its_id)) {
      return &begun;
    }
    // Without an index only neighbours belong together.
    if (!fragment.contains("index")) return nullptr;
  }
  return nullptr;
}

bool ReasoningDetails::add(const simdjson::dom::array& fragments) {
  for (const simdjson::dom::element element : fragments) {
    boost::system::error_code code;
    json::value parsed = json::parse(simdjson::minify(element), code);
    if (code || !parsed.is_object()) continue;
    const json::object& fragment = parsed.get_object();
    if (json::object* const begun = find_begun(fragment)) {
      merge(fragment, appended_member(text_of(fragment, "type")), *begun);
      continue;
    }
    if (items_.size() >= limits::reasoning_details_max) return false;
    items_.push_back(std::move(parsed));
  }
  return true;
}

}  // namespace tollway::dialects
