#include "dialects/json_reader.hpp"

#include <boost/json.hpp>
#include <cstring>

namespace tollway::dialects {
namespace {

// Larger documents get a parser of their own, so that one of them does not leave every thread with
// megabytes of tape.
constexpr std::size_t kept_capacity_max = 256 * 1024;
constexpr std::int64_t count_max = std::int64_t{1} << 53;

}  // namespace

std::optional<simdjson::dom::object> parse_object(std::string_view json) {
  thread_local std::string padded;
  thread_local simdjson::dom::parser parser;
  if (parser.capacity() > kept_capacity_max && json.size() <= kept_capacity_max) {
    parser = simdjson::dom::parser();
    padded = std::string();
  }
  padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(json);
  simdjson::dom::object object;
  if (parser.parse(padded.data(), padded.size(), false).get(object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return object;
}

void read_text(const simdjson::dom::object& object, const char* name, std::string& into) {
  std::string_view text;
  if (object[name].get(text) == simdjson::SUCCESS) into = text;
}

void read_integer(const simdjson::dom::object& object, const char* name, std::int64_t& into) {
  std::int64_t value = 0;
  if (object[name].get(value) == simdjson::SUCCESS) into = value;
}

void read_count(const simdjson::dom::object& object, const char* name,
                std::optional<std::int64_t>& into) {
  std::int64_t value = 0;
  if (object[name].get(value) == simdjson::SUCCESS && value >= 0 && value <= count_max)
    into = value;
}

bool mentions(std::string_view text, std::string_view quoted_name) noexcept {
  for (std::size_t at = 0; (at = text.find(quoted_name, at)) != std::string_view::npos;) {
    at = text.find_first_not_of(" \t\r\n", at + quoted_name.size());
    if (at == std::string_view::npos) return false;
    if (text[at] != ':') continue;
    at = text.find_first_not_of(" \t\r\n", at + 1);
    if (at == std::string_view::npos) return false;
    if (!text.substr(at).starts_with("null")) return true;
  }
  return false;
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace tollway::dialects
