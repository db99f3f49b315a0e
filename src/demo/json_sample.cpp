#include "demo/json_sample.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <string>

namespace tollway::demo {
namespace {

namespace json = boost::json;

constexpr int depth_max = 16;           // schemas may refer to themselves
constexpr std::int64_t items_max = 16;  // whatever minItems asks for
constexpr std::int64_t length_max = 256;

const json::value* member(const json::object& schema, std::string_view name) {
  return schema.if_contains(name);
}

double number_or(const json::object& schema, std::string_view name, double otherwise) {
  const json::value* value = member(schema, name);
  if (value == nullptr || !value->is_number()) return otherwise;
  boost::system::error_code code;
  return value->to_number<double>(code);
}

std::int64_t count_or(const json::object& schema, std::string_view name, std::int64_t max) {
  return static_cast<std::int64_t>(
      std::clamp(number_or(schema, name, 0), 0.0, static_cast<double>(max)));
}

json::value sample_number(const json::object& schema, bool whole) {
  double number = number_or(schema, "minimum", 1);
  number = std::max(number, number_or(schema, "exclusiveMinimum", number - 1) + 1);
  number = std::min(number, number_or(schema, "maximum", number));
  number = std::min(number, number_or(schema, "exclusiveMaximum", number + 1) - 1);
  if (whole && std::abs(number) < 9e15) return static_cast<std::int64_t>(std::ceil(number));
  return number;
}

json::value sample_string(const json::object& schema) {
  const json::value* format = member(schema, "format");
  const std::string_view kind =
      format != nullptr && format->is_string() ? std::string_view(format->get_string()) : "";
  if (kind == "date") return "2026-01-01";
  if (kind == "date-time") return "2026-01-01T00:00:00Z";
  if (kind == "time") return "00:00:00Z";
  if (kind == "email") return "demonstration@example.com";
  if (kind == "uri" || kind == "url") return "https://example.com/";
  if (kind == "uuid") return "00000000-0000-4000-8000-000000000000";
  std::string text = "example";
  const auto min = static_cast<std::size_t>(count_or(schema, "minLength", length_max));
  const json::value* max = member(schema, "maxLength");
  text.resize(std::max(text.size(), min), 'e');
  if (max != nullptr) {
    text.resize(
        std::min(text.size(), static_cast<std::size_t>(count_or(schema, "maxLength", length_max))));
  }
  return json::string(text);
}

class Sampler {
 public:
  explicit Sampler(const json::value& root) : root_(root) {}

  json::value sample(const json::value& schema, int depth) {
    if (!schema.is_object() || depth > depth_max) return nullptr;
    const json::object& object = schema.get_object();
    for (const char* name : {"const", "default"}) {
      if (const json::value* value = member(object, name)) return *value;
    }
    for (const char* name : {"enum", "examples"}) {
      if (const json::value* first = first_of(object, name)) return *first;
    }
    if (const json::value* reference = member(object, "$ref")) {
      return reference->is_string() ? sample(resolve(reference->get_string()), depth + 1) : nullptr;
    }
    for (const char* name : {"anyOf", "oneOf"}) {
      if (const json::value* first = first_of(object, name)) return sample(*first, depth + 1);
    }
    return sample_type(object, depth);
  }

 private:
  static const json::value* first_of(const json::object& schema, std::string_view name) {
    const json::value* value = member(schema, name);
    const json::array* array = value == nullptr ? nullptr : value->if_array();
    return array == nullptr || array->empty() ? nullptr : &array->front();
  }

  json::value resolve(std::string_view reference) const {
    if (!reference.starts_with('#')) return nullptr;
    boost::system::error_code code;
    const json::value* found = root_.find_pointer(reference.substr(1), code);
    return found == nullptr ? json::value(nullptr) : *found;
  }

  json::value sample_type(const json::object& schema, int depth) {
    const json::value* type = member(schema, "type");
    if (const json::value* first = first_of(schema, "type")) type = first;
    const std::string_view kind = type != nullptr && type->is_string()
                                      ? std::string_view(type->get_string())
                                      : std::string_view("object");
    if (kind == "string") return sample_string(schema);
    if (kind == "integer" || kind == "number") return sample_number(schema, kind == "integer");
    if (kind == "boolean") return true;
    if (kind == "null") return nullptr;
    if (kind == "array") return sample_array(schema, depth);
    json::object result;
    add_properties(schema, result, depth);
    return result;
  }

  json::value sample_array(const json::object& schema, int depth) {
    json::array result;
    const json::value* items = member(schema, "items");
    for (auto i = count_or(schema, "minItems", items_max); i > 0; --i) {
      result.push_back(items == nullptr ? json::value("example") : sample(*items, depth + 1));
    }
    return result;
  }

  void add_properties(const json::object& schema, json::object& result, int depth) {
    const json::value* required = member(schema, "required");
    const json::value* properties = member(schema, "properties");
    if (required != nullptr && required->is_array()) {
      for (const json::value& name : required->get_array()) {
        if (!name.is_string()) continue;
        const json::value* property = properties != nullptr && properties->is_object()
                                          ? properties->get_object().if_contains(name.get_string())
                                          : nullptr;
        result[name.get_string()] =
            property == nullptr ? json::value("example") : sample(*property, depth + 1);
      }
    }
    const json::value* all = member(schema, "allOf");
    if (all == nullptr || !all->is_array()) return;
    for (const json::value& part : all->get_array()) {
      json::value more = sample(part, depth + 1);
      if (!more.is_object()) continue;
      for (auto& entry : more.get_object()) result[entry.key()] = entry.value();
    }
  }

  const json::value& root_;
};

}  // namespace

json::value sample_of(const json::value& schema) {
  json::value value = Sampler(schema).sample(schema, 0);
  return value.is_object() ? value : json::value(json::object());
}

}  // namespace tollway::demo
