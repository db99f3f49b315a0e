#include "terminal/utf8.hpp"

namespace tollway::terminal {
namespace {

using Kind = Utf8Character::Kind;

unsigned byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<unsigned char>(text[index]);
}

// How many bytes a character takes that begins so; 0 where none does.
std::size_t length_after(unsigned lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The second byte's range excludes overlong forms, surrogates and too large numbers.
bool second_fits(unsigned lead, unsigned second) noexcept {
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

}  // namespace

Utf8Character first_character(std::string_view text) noexcept {
  const unsigned lead = byte_at(text, 0);
  const std::size_t length = length_after(lead);
  if (length == 0) return {Kind::invalid, 0, 1};
  if (length == 1) return {Kind::valid, lead, 1};
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {Kind::incomplete, 0, i};
    const unsigned next = byte_at(text, i);
    const bool fits = i == 1 ? second_fits(lead, next) : (next & 0xC0U) == 0x80;
    if (!fits) return {Kind::invalid, 0, i};
    code = (code << 6) | (next & 0x3FU);
  }
  return {Kind::valid, code, length};
}

void append_utf8(std::string& to, char32_t code) {
  const auto add = [&to](char32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

}  // namespace tollway::terminal
