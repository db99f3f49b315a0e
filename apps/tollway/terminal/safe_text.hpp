// What others wrote, made fit for a terminal: nothing in it moves the cursor, sets a title or turns
// the direction of text.
#pragma once

#include <string>
#include <string_view>

namespace tollway::terminal {

// For text that comes in pieces, which may end within a character. Line feeds and tabs stay, CR LF
// becomes LF; every other control character and every character that turns the direction of text is
// written out ("\x1b", "\u{202e}"), and bytes that are no UTF-8 become U+FFFD.
class SafeText {
 public:
  [[nodiscard]] std::string add(std::string_view piece);
  // What an unfinished character or carriage return at the end becomes.
  [[nodiscard]] std::string finish();

 private:
  std::string held_;  // an unfinished character, or a CR that may belong to a CR LF
};

[[nodiscard]] std::string safe_text(std::string_view text);
// The same on one line: line feeds and tabs are written out, too ("\n", "\t").
[[nodiscard]] std::string safe_line(std::string_view text);

// How many columns safe text of one line takes: wide characters two, combining ones none.
[[nodiscard]] int display_width(std::string_view text);
// Cut to at most `columns`, the last of them an ellipsis where something was cut.
[[nodiscard]] std::string fitted(std::string_view text, int columns);

// Whether a terminal might act on the character, or show a line as what it is not.
[[nodiscard]] bool is_unsafe(char32_t code) noexcept;

}  // namespace tollway::terminal
