#include "dialects/json_reader.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace tollway::dialects {
namespace {

// Larger documents get a parser of their own, so that one of them does not leave every thread with
// megabytes of tape.
constexpr std::size_t kept_capacity_max = 256 * 1024;

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

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

std::size_t find_name(std::string_view text, std::string_view quoted_name,
                      std::size_t from) noexcept {
  constexpr std::size_t block = 32;
  const std::size_t end = quoted_name.size() - 1;
  if (text.size() < from + block + end) return text.find(quoted_name, from);
  const std::size_t last_block = text.size() - block - end;
  const char first_letter = quoted_name[1];
  for (;; from = std::min(from + block, last_block)) {
    const char* const at = text.data() + from;
    // No early exit: the loop is vectorised.
    bool candidate = false;
    for (std::size_t i = 0; i < block; ++i) {
      candidate |= (at[i] == '"') & (at[i + 1] == first_letter) & (at[i + end] == '"');
    }
    if (candidate) {
      const std::size_t found = text.substr(from, block + end).find(quoted_name);
      if (found != text.npos) return from + found;
    }
    if (from == last_block) return text.npos;
  }
}

bool mentions(std::string_view text, std::string_view quoted_name) noexcept {
  const auto skip_blanks = [text](std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
  };
  for (std::size_t at = 0; (at = find_name(text, quoted_name, at)) != text.npos;) {
    at = skip_blanks(at + quoted_name.size());
    if (at == text.size()) return false;
    if (text[at] != ':') continue;
    at = skip_blanks(at + 1);
    if (at == text.size()) return false;
    if (!text.substr(at).starts_with("null")) return true;
  }
  return false;
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace tollway::dialects
