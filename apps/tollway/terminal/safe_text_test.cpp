#include "terminal/safe_text.hpp"

#include <gtest/gtest.h>

#include <clocale>

namespace tollway::terminal {
namespace {

TEST(SafeText, writes_out_what_a_terminal_would_act_on) {
  EXPECT_EQ(safe_text("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(safe_text("bell\a, back\b, del\x7F"), "bell\\x07, back\\x08, del\\x7f");
  EXPECT_EQ(safe_text("C1 \xC2\x9B"
                      "31m"),
            "C1 \\x9b31m");
  EXPECT_EQ(safe_text("over\rwritten"), "over\\rwritten");
  EXPECT_EQ(safe_text("\xE2\x80\xAE"
                      "evil"),
            "\\u{202e}evil");
}

TEST(SafeText, keeps_lines_tabs_and_all_scripts) {
  EXPECT_EQ(safe_text("one\r\ntwo\tthree\n"), "one\ntwo\tthree\n");
  EXPECT_EQ(safe_text("\xE6\xBC\xA2\xE5\xAD\x97 \xC3\xA4"), "\xE6\xBC\xA2\xE5\xAD\x97 \xC3\xA4");
  EXPECT_EQ(safe_line("one\ntwo\tx"), "one\\ntwo\\tx");
}

TEST(SafeText, replaces_what_is_no_utf8) {
  EXPECT_EQ(safe_text("a\xFF"
                      "b\xC3"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(SafeText, is_the_same_however_it_is_cut) {
  const std::string text = "\xF0\x9F\x98\x80 a\r\nb\x1b[0m \xE6\xBC\xA2\xC2\x9B\r";
  const std::string whole = safe_text(text);
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      SafeText safe;
      std::string made = safe.add(text.substr(0, first));
      made += safe.add(text.substr(first, second - first));
      made += safe.add(text.substr(second));
      made += safe.finish();
      EXPECT_EQ(made, whole);
    }
  }
}

TEST(DisplayWidth, counts_columns_and_cuts_at_them) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("\xE6\xBC\xA2\xE5\xAD\x97"), 4);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);
  EXPECT_EQ(fitted("abcdef", 4), "abc\xE2\x80\xA6");
  EXPECT_EQ(fitted("abcd", 4), "abcd");
  EXPECT_EQ(fitted("\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 4), "\xE6\xBC\xA2\xE2\x80\xA6");
  EXPECT_EQ(fitted("abc", 0), "");
}

}  // namespace
}  // namespace tollway::terminal
