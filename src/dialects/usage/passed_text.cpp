#include "dialects/usage/passed_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>

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

// The string behind the name that begins at `at`; nullopt where that stands elsewhere, or where no
// string is behind it, or an empty one.
std::optional<std::string_view> string_behind(std::string_view json, std::size_t at,
                                              std::string_view name) {
  if (json.size() < at || !json.substr(at).starts_with(name)) return std::nullopt;
  at = skip_blanks(json, at + name.size());
  if (at >= json.size() || json[at] != ':') return std::nullopt;
  at = skip_blanks(json, at + 1);
  if (at >= json.size() || json[at] != '"') return std::nullopt;
  const std::size_t end = end_of_string(json, ++at);
  if (end == json.npos || end == at) return std::nullopt;
  return json.substr(at, end - at);
}

constexpr std::string_view details = R"("reasoning_details")";
constexpr std::array<std::string_view, 2> thoughts{R"("reasoning")", R"("reasoning_content")"};

bool is_thought(std::string_view name) {
  return std::ranges::find(thoughts, name) != thoughts.end();
}

bool has_thoughts(std::string_view json) {
  return std::ranges::any_of(thoughts, [json](std::string_view name) {
    const std::size_t at = find_name(json, name);
    return at != json.npos && string_behind(json, at, name);
  });
}

// What stands behind it was said elsewhere, or is said of what was.
bool says_again(std::string_view name) {
  return name == details || name == R"("annotations")" || name == R"("logprobs")";
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

void PassedText::take(std::string_view json, std::span<const std::string_view> names) {
  const bool known = alone_ && found_name_ < names.size();
  const auto said = known ? string_behind(json, found_at_, names[found_name_]) : std::nullopt;
  if (!said) {
    const std::size_t taken = take_all(json, 0, names, {});
    if (taken > 0) alone_ = taken == 1;
    return;
  }
  raw_.add(*said);
  // Nearly always the event before again, with another piece of text.
  if (json.size() - said->size() == rest_bytes_) return;
  rest_bytes_ = static_cast<std::uint32_t>(json.size() - said->size());
  const auto behind = static_cast<std::size_t>(said->data() - json.data()) + said->size() + 1;
  alone_ = take_all(json, behind, names, {.name = names[found_name_], .text = *said}) == 0;
}

std::size_t PassedText::take_all(std::string_view json, std::size_t from,
                                 std::span<const std::string_view> names, Said before) {
  std::size_t taken = 0;
  for (std::size_t at = from; (at = json.find('"', at)) != json.npos;) {
    const std::size_t name_at = at;
    const std::size_t end = end_of_string(json, at + 1);
    if (end == json.npos) break;
    const auto name = json.substr(name_at, end + 1 - name_at);
    at = skip_blanks(json, end + 1);
    if (at >= json.size() || json[at] != ':') continue;
    if (says_again(name) && (name != details || has_thoughts(json))) {
      at = end_of_list(json, skip_blanks(json, at + 1));
      continue;
    }
    const auto known = std::ranges::find(names, name);
    const auto text = known == names.end() ? std::nullopt : string_behind(json, name_at, name);
    if (!text) continue;
    at = static_cast<std::size_t>(text->data() - json.data()) + text->size() + 1;
    // Some servers write thoughts under two names.
    if (is_thought(name) && before.text == *text && before.name != name) continue;
    if (is_thought(name)) before = {.name = *known, .text = *text};
    raw_.add(*text);
    if (taken++ > 0 || from > 0) continue;
    found_at_ = static_cast<std::uint32_t>(name_at);
    found_name_ = static_cast<std::uint32_t>(known - names.begin());
    rest_bytes_ = static_cast<std::uint32_t>(json.size() - text->size());
  }
  return taken;
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
  // What was not kept is taken to have as many escapes.
  const double kept = static_cast<double>(text.size()) / static_cast<double>(raw_.kept.size());
  llm::TextSample plain;
  plain.kept = text;
  plain.bytes = plain.kept.size();
  if (raw_.bytes > raw_.kept.size()) {
    plain.bytes = static_cast<std::uint64_t>(static_cast<double>(raw_.bytes) * kept);
  }
  return plain;
}

}  // namespace tollway::dialects
