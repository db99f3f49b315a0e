#include "dialects/usage/passed_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

// Where the string that begins before `at` ends: its closing quote.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (std::size_t from = at;;) {
    const std::size_t quote = json.find('"', from);
    if (quote == json.npos) return quote;
    std::size_t backslashes = 0;
    while (quote - backslashes > at && json[quote - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote;
    from = quote + 1;
  }
}

// Behind the list that begins at `at`; the end of the text where it is cut.
std::size_t end_of_list(std::string_view json, std::size_t at) {
  for (std::size_t depth = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at + 1);
      if (at == json.npos) break;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
    if (depth == 0) return at + 1;
  }
  return json.size();
}

// Members whose strings are a model's own words in whole answers.
bool is_written(std::string_view name) {
  constexpr std::array<std::string_view, 8> names{"content",           "text",     "reasoning",
                                                  "reasoning_content", "thinking", "arguments",
                                                  "refusal",           "summary"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void PassedText::take_broken(std::string_view json) {
  bool written = false;  // the next string is a model's words
  for (std::size_t at = 0; (at = json.find('"', at)) != json.npos;) {
    const std::size_t end = std::min(end_of_string(json, ++at), json.size());
    const auto text = json.substr(at, end - at);
    at = skip_blanks(json, std::min(end + 1, json.size()));
    const bool is_name = at < json.size() && json[at] == ':';
    if (!is_name) {
      if (written) raw_.add(text);
      written = false;
      continue;
    }
    at = skip_blanks(json, at + 1);
    written = at < json.size() && json[at] == '"' && is_written(text);
    // They say again what reasoning has said.
    if (text == "reasoning_details") at = end_of_list(json, at);
  }
}

bool PassedText::take_at(std::string_view json, std::size_t at, std::string_view name) {
  if (json.size() < at || !json.substr(at).starts_with(name)) return false;
  at = skip_blanks(json, at + name.size());
  if (at >= json.size() || json[at] != ':') return false;
  at = skip_blanks(json, at + 1);
  if (at >= json.size() || json[at] != '"') return false;
  const std::size_t end = end_of_string(json, ++at);
  if (end == json.npos || end == at) return false;
  raw_.add(json.substr(at, end - at));
  return true;
}

void PassedText::take(std::string_view json, std::span<const std::string_view> names) {
  if (found_name_ < names.size() && take_at(json, found_at_, names[found_name_])) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t at = 0; (at = find_name(json, names[i], at)) != json.npos; ++at) {
      if (!take_at(json, at, names[i])) continue;
      found_at_ = at;
      found_name_ = i;
      return;
    }
  }
}

llm::TextSample PassedText::text() const {
  std::string json = '"' + raw_.kept;
  // A copy that stops in the middle of an escape is no string.
  const auto begun = json.find_last_not_of("0123456789abcdefABCDEFu");
  if (begun != json.npos && json[begun] == '\\' && json.size() - begun < 6) json.resize(begun);
  json += '"';
  json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json.data(), json.size(), false).get(text) != simdjson::SUCCESS) return raw_;
  llm::TextSample plain{.kept = std::string(text), .bytes = raw_.bytes};
  if (raw_.bytes == raw_.kept.size()) plain.bytes = plain.kept.size();
  return plain;
}

}  // namespace tollway::dialects
