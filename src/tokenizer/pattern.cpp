#include "tokenizer/pattern.hpp"

namespace tollway::tokenizer {
namespace {

// Unicode's White_Space, which is not what PCRE2 takes \s for (it adds U+180E).
constexpr std::string_view space =
    R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

// Characters of Unicode 15 and 16. Found by trying every code point on the original and on PCRE2
// 10.42, as tests/tokenizer does; a newer PCRE2 knows them already.
constexpr std::string_view newer_upper =
    R"(\x{1C89}\x{A7CB}-\x{A7CC}\x{A7DA}\x{A7DC}\x{10D50}-\x{10D65})";
constexpr std::string_view newer_lower =
    R"(\x{1C8A}\x{A7CD}\x{A7DB}\x{10D70}-\x{10D85}\x{1DF25}-\x{1DF2A})";
constexpr std::string_view newer_other_letters =
    R"(\x{105C0}-\x{105F3}\x{10D4A}-\x{10D4F}\x{10D6F}\x{10EC2}-\x{10EC4})"
    R"(\x{1123F}-\x{11240}\x{11380}-\x{11389}\x{1138B}\x{1138E}\x{11390}-\x{113B5}\x{113B7})"
    R"(\x{113D1}\x{113D3}\x{11BC0}-\x{11BE0}\x{11F02}\x{11F04}-\x{11F10}\x{11F12}-\x{11F33})"
    R"(\x{1342F}\x{13441}-\x{13446}\x{13460}-\x{143FA}\x{16100}-\x{1611D})"
    R"(\x{16D40}-\x{16D6C}\x{18CFF}\x{1B132}\x{1B155}\x{1E030}-\x{1E06D}\x{1E4D0}-\x{1E4EB})"
    R"(\x{1E5D0}-\x{1E5ED}\x{1E5F0}\x{2B739}\x{2EBF0}-\x{2EE5D}\x{31350}-\x{323AF})";
constexpr std::string_view newer_marks =
    R"(\x{897}\x{CF3}\x{ECE}\x{10D69}-\x{10D6D}\x{10EFC}-\x{10EFF}\x{11241})"
    R"(\x{113B8}-\x{113C0}\x{113C2}\x{113C5}\x{113C7}-\x{113CA}\x{113CC}-\x{113D0}\x{113D2})"
    R"(\x{113E1}-\x{113E2}\x{11F00}-\x{11F01}\x{11F03}\x{11F34}-\x{11F3A})"
    R"(\x{11F3E}-\x{11F42}\x{11F5A}\x{13440}\x{13447}-\x{13455}\x{1611E}-\x{1612F}\x{1E08F})"
    R"(\x{1E4EC}-\x{1E4EF}\x{1E5EE}-\x{1E5EF})";
constexpr std::string_view newer_numbers =
    R"(\x{10D40}-\x{10D49}\x{116D0}-\x{116E3}\x{11BF0}-\x{11BF9}\x{11F50}-\x{11F59})"
    R"(\x{16130}-\x{16139}\x{16D70}-\x{16D79}\x{1CCF0}-\x{1CCF9}\x{1D2C0}-\x{1D2D3})"
    R"(\x{1E4F0}-\x{1E4F9}\x{1E5F1}-\x{1E5FA})";

// What stands for a property inside of brackets.
std::string members_of(std::string_view property, Characters characters) {
  std::string members = "\\p{" + std::string(property) + "}";
  if (characters == Characters::usual) return members;
  const auto add = [&members](std::string_view newer) { members += newer; };
  if (property == "Lu" || property == "L") add(newer_upper);
  if (property == "Ll" || property == "L") add(newer_lower);
  if (property == "Lo" || property == "L") add(newer_other_letters);
  if (property == "M") add(newer_marks);
  if (property == "N") add(newer_numbers);
  return members;
}

}  // namespace

std::string pcre2_pattern(std::string_view pattern, Characters characters) {
  std::string result;
  int depth = 0;
  // Inside of brackets as it is, outside in brackets of its own.
  const auto write = [&](std::string_view members, bool negated) {
    if (depth > 0) {
      result += members;
    } else {
      result.append(negated ? "[^" : "[").append(members) += ']';
    }
  };
  while (!pattern.empty()) {
    std::size_t size = 1;
    if (pattern.starts_with(R"(\s)") || pattern.starts_with(R"(\S)")) {
      write(space, pattern[1] == 'S');
      size = 2;
    } else if (pattern.starts_with(R"(\p{)")) {
      const auto end = pattern.find('}');
      write(members_of(pattern.substr(3, end - 3), characters), false);
      size = end + 1;
    } else {
      depth += pattern.front() == '[' ? 1 : 0;
      depth -= pattern.front() == ']' ? 1 : 0;
      result += pattern.front();
    }
    pattern.remove_prefix(size);
  }
  return result;
}

}  // namespace tollway::tokenizer
