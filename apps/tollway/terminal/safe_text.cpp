#include "terminal/safe_text.hpp"

#include <fmt/format.h>
#include <wchar.h>

#include <algorithm>
#include <iterator>

#include "terminal/utf8.hpp"

namespace tollway::terminal {
namespace {

using Kind = Utf8Character::Kind;

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

void append_written_out(std::string& to, char32_t code) {
  const auto number = static_cast<unsigned>(code);
  if (code == U'\n') {
    to += "\\n";
  } else if (code == U'\t') {
    to += "\\t";
  } else if (code == U'\r') {
    to += "\\r";
  } else if (code < 0x100) {
    fmt::format_to(std::back_inserter(to), "\\x{:02x}", number);
  } else {
    fmt::format_to(std::back_inserter(to), "\\u{{{:x}}}", number);
  }
}

// Appends what becomes of `text`, and returns how much of it is used up: all but what only its
// continuation can decide.
std::size_t append_safe(std::string& to, std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (rest.front() == '\r') {
      if (rest.size() == 1) return at;
      if (rest[1] == '\n') {
        ++at;
        continue;
      }
    }
    const auto character = first_character(rest);
    if (character.kind == Kind::incomplete) return at;
    if (character.kind == Kind::invalid) {
      to += replacement;
    } else if (character.code != U'\n' && character.code != U'\t' && is_unsafe(character.code)) {
      append_written_out(to, character.code);
    } else {
      to += rest.substr(0, character.bytes);
    }
    at += character.bytes;
  }
  return at;
}

int width_of(char32_t code) noexcept {
  return std::max(0, ::wcwidth(static_cast<wchar_t>(code)));
}

}  // namespace

bool is_unsafe(char32_t code) noexcept {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return true;
  const bool turns = code == 0x061C || code == 0x200E || code == 0x200F ||
                     (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  const bool breaks = code == 0x2028 || code == 0x2029;
  const bool hides = code >= 0xE0000 && code <= 0xE007F;
  return turns || breaks || hides;
}

std::string SafeText::add(std::string_view piece) {
  held_ += piece;
  std::string made;
  held_.erase(0, append_safe(made, held_));
  return made;
}

std::string SafeText::finish() {
  if (held_.empty()) return {};
  const bool is_return = held_ == "\r";
  held_.clear();
  return std::string(is_return ? std::string_view("\\r") : replacement);
}

std::string safe_text(std::string_view text) {
  SafeText safe;
  std::string made = safe.add(text);
  return made += safe.finish();
}

std::string safe_line(std::string_view text) {
  std::string made;
  for (const char c : safe_text(text)) {
    if (c == '\n' || c == '\t') {
      append_written_out(made, static_cast<char32_t>(c));
    } else {
      made += c;
    }
  }
  return made;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto character = first_character(text);
    width += character.kind == Kind::valid ? width_of(character.code) : 1;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string fitted(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns <= 0) return {};
  std::size_t kept = 0;
  for (int width = 0; kept < text.size();) {
    const auto character = first_character(text.substr(kept));
    width += character.kind == Kind::valid ? width_of(character.code) : 1;
    if (width > columns - 1) break;
    kept += character.bytes;
  }
  return std::string(text.substr(0, kept)) += ellipsis;
}

}  // namespace tollway::terminal
