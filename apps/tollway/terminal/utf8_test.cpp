#include "terminal/utf8.hpp"

#include <gtest/gtest.h>

namespace tollway::terminal {
namespace {

using Kind = Utf8Character::Kind;

TEST(Utf8, takes_what_is_well_formed) {
  EXPECT_EQ(first_character("a").code, U'a');
  EXPECT_EQ(first_character("\xC3\xA4").code, U'\u00E4');
  EXPECT_EQ(first_character("\xE2\x82\xAC!").code, U'\u20AC');
  EXPECT_EQ(first_character("\xF0\x9F\x98\x80").code, U'\U0001F600');
  EXPECT_EQ(first_character("\xF0\x9F\x98\x80").bytes, 4U);
}

TEST(Utf8, refuses_overlong_forms_surrogates_and_stray_bytes) {
  for (const char* const bytes : {"\xC0\x80", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                  "\x80", "\xFF", "\xF0\x80\x80\x80", "\xC3("}) {
    EXPECT_EQ(first_character(bytes).kind, Kind::invalid) << bytes;
    EXPECT_GE(first_character(bytes).bytes, 1U);
  }
}

TEST(Utf8, waits_for_what_may_become_valid) {
  for (const char* const bytes : {"\xC3", "\xE2\x82", "\xF0\x9F\x98"}) {
    EXPECT_EQ(first_character(bytes).kind, Kind::incomplete) << bytes;
  }
}

TEST(Utf8, writes_what_it_reads) {
  for (const char32_t code : {U'a', U'\u00E4', U'\u20AC', U'\U0001F600'}) {
    std::string text;
    append_utf8(text, code);
    EXPECT_EQ(first_character(text).code, code);
    EXPECT_EQ(first_character(text).bytes, text.size());
  }
}

}  // namespace
}  // namespace tollway::terminal
