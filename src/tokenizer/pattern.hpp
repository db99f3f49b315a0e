// A tokenizer's pattern in PCRE2's terms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tollway::tokenizer {

// The original knows characters of Unicode 15 and 16 that PCRE2 10.42 does not. Naming them costs
// half the speed, so there is a pattern for the texts that have none, too.
enum class Characters : std::uint8_t { usual, all };

// True for all those characters and for few others.
[[nodiscard]] constexpr bool is_unusual(char32_t point) noexcept {
  if (point < 0x897) return false;
  if (point >= 0x10000) return point < 0x1F000 || point >= 0x1FB00;  // but emoji are usual
  return (point >= 0xA7CB && point <= 0xA7DC) || point == 0x1C89 || point == 0x1C8A ||
         point == 0x897 || point == 0xCF3 || point == 0xECE;
}

// `pattern` with \s, \S and \p{...} written out as the characters that they mean to the original
// implementation. It must not use \S inside of brackets, nor a bracket as a character.
[[nodiscard]] std::string pcre2_pattern(std::string_view pattern, Characters characters);

}  // namespace tollway::tokenizer
