#include "demo/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::demo {
namespace {

using testing::ElementsAre;

TEST(Tokens, are_words_with_the_white_space_that_follows) {
  EXPECT_THAT(tokens_of("one two\n\tthree "), ElementsAre("one ", "two\n\t", "three "));
  EXPECT_THAT(tokens_of("  one"), ElementsAre("  one"));
  EXPECT_THAT(tokens_of(" \n"), ElementsAre(" \n"));
  EXPECT_THAT(tokens_of(""), ElementsAre());
  EXPECT_THAT(tokens_of("Bäume 🍂"), ElementsAre("Bäume ", "🍂"));
}

TEST(Tokens, are_counted_alike) {
  for (const char* text : {"", " ", "a", " a ", "a b", "a\r\nb c "}) {
    EXPECT_EQ(count_tokens(text), tokens_of(text).size()) << '"' << text << '"';
  }
}

}  // namespace
}  // namespace tollway::demo
