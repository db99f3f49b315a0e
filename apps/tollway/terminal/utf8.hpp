// UTF-8, one character at a time, from bytes that nobody has vouched for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tollway::terminal {

struct Utf8Character {
  enum class Kind { valid, invalid, incomplete } kind = Kind::valid;
  char32_t code = 0;
  std::size_t bytes = 1;  // that it takes; of an invalid one, those to skip
};

// The character that `text`, which is not empty, begins with. Incomplete: more bytes may make it
// valid. Overlong forms, surrogates and what lies beyond U+10FFFF are invalid.
[[nodiscard]] Utf8Character first_character(std::string_view text) noexcept;

void append_utf8(std::string& to, char32_t code);

}  // namespace tollway::terminal
