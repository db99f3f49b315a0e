#include "recording/scrub.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace tollway::recording {
namespace {

constexpr std::size_t key_bytes_min = 16;
constexpr std::size_t bearer_bytes_min = 8;
constexpr std::size_t bearer_bytes_sure = 24;  // no word of a sentence is that long

constexpr std::array<std::string_view, 11> key_prefixes{
    "sk-", "gsk_", "csk-", "AIza", "xai-", "pplx-", "hf_", "r8_", "ghp_", "github_pat_", "AKIA"};

// In lower case.
constexpr std::array<std::string_view, 18> member_names{
    "api_key",       "api-key",       "apikey",         "x-api-key",           "x_api_key",
    "authorization", "cookie",        "set-cookie",     "proxy-authorization", "access_token",
    "refresh_token", "client_secret", "x-goog-api-key", "auth_token",          "bearer_token",
    "secret_key",    "password",      "private_key"};
// "key" alone is a credential in a URL only (Google's).
constexpr std::array<std::string_view, 6> parameter_names{"key",          "api_key", "api-key",
                                                          "access_token", "apikey",  "token"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
bool is_key_character(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_';
}
bool is_token_character(char c) {
  return is_key_character(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t find_ignoring_case(std::string_view text, std::string_view lower_word,
                               std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), lower_word.begin(),
                  lower_word.end(), [](char left, char right) { return lower(left) == right; });
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

void mask(std::string& text, std::size_t begin, std::size_t end) {
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
            text.begin() + static_cast<std::ptrdiff_t>(end), 'x');
}

void scrub_prefixed(std::string& text, std::string_view prefix) {
  std::size_t at = text.find(prefix);
  for (; at != std::string::npos; at = text.find(prefix, at + prefix.size())) {
    if (at > 0 && is_key_character(text[at - 1])) continue;  // "task-..." is no key
    const std::size_t begin = at + prefix.size();
    std::size_t end = begin;
    while (end < text.size() && is_key_character(text[end])) ++end;
    if (end - begin >= key_bytes_min) mask(text, begin, end);
  }
}

void scrub_bearer(std::string& text) {
  constexpr std::string_view word = "bearer ";
  std::size_t at = find_ignoring_case(text, word, 0);
  for (; at != std::string::npos; at = find_ignoring_case(text, word, at + word.size())) {
    const std::size_t begin = at + word.size();
    std::size_t end = begin;
    bool digit = false;
    for (; end < text.size() && is_token_character(text[end]); ++end) {
      digit = digit || (text[end] >= '0' && text[end] <= '9');
    }
    const std::size_t size = end - begin;
    if (size >= bearer_bytes_sure || (size >= bearer_bytes_min && digit)) mask(text, begin, end);
  }
}

// `at` is behind a member's name. Skips `"`, `:`, white space and the backslashes of JSON within
// JSON, and returns where the string value begins; npos when this is no member with a string.
std::size_t value_begin(std::string_view text, std::size_t at) {
  const auto skip = [text, &at](char byte) {
    const bool there = at < text.size() && text[at] == byte;
    if (there) ++at;
    return there;
  };
  const auto skip_quote = [&] {
    while (skip('\\')) {
    }
    return skip('"');
  };
  const auto skip_spaces = [text, &at] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  if (!skip_quote()) return std::string_view::npos;
  skip_spaces();
  if (!skip(':')) return std::string_view::npos;
  skip_spaces();
  return skip_quote() ? at : std::string_view::npos;
}

std::size_t value_end(std::string_view text, std::size_t at) {
  const bool escaped = at >= 2 && text[at - 2] == '\\';  // the value opened with \"
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] != '\\') continue;
    if (escaped && at + 1 < text.size() && text[at + 1] == '"') break;
    ++at;
  }
  return std::min(at, text.size());
}

void scrub_member(std::string& text, std::string_view name) {
  std::size_t at = find_ignoring_case(text, name, 0);
  for (; at != std::string::npos; at = find_ignoring_case(text, name, at + name.size())) {
    if (at == 0 || text[at - 1] != '"') continue;
    const std::size_t begin = value_begin(text, at + name.size());
    if (begin != std::string::npos) mask(text, begin, value_end(text, begin));
  }
}

void scrub_parameter(std::string& text, std::string_view name) {
  std::size_t at = find_ignoring_case(text, name, 0);
  for (; at != std::string::npos; at = find_ignoring_case(text, name, at + name.size())) {
    if (at == 0 || (text[at - 1] != '?' && text[at - 1] != '&')) continue;
    const std::size_t begin = at + name.size() + 1;
    if (begin > text.size() || text[begin - 1] != '=') continue;
    std::size_t end = begin;
    while (end < text.size() && (is_token_character(text[end]) || text[end] == '%')) ++end;
    mask(text, begin, end);
  }
}

}  // namespace

void scrub(std::string& text) {
  for (const auto prefix : key_prefixes) scrub_prefixed(text, prefix);
  scrub_bearer(text);
  for (const auto name : member_names) scrub_member(text, name);
  for (const auto name : parameter_names) scrub_parameter(text, name);
}

bool is_credential_name(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 6> words{"auth",   "cookie",   "key",
                                                  "secret", "password", "token"};
  // A rate limit counts tokens; it holds none.
  if (find_ignoring_case(name, "ratelimit", 0) != std::string_view::npos) return false;
  return std::ranges::any_of(words, [name](std::string_view word) {
    return find_ignoring_case(name, word, 0) != std::string_view::npos;
  });
}

}  // namespace tollway::recording
