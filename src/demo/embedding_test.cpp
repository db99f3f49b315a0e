#include "demo/embedding.hpp"

#include <gtest/gtest.h>

namespace tollway::demo {
namespace {

TEST(Embedding, has_length_one) {
  for (const char* text : {"", "...", "a", "the quick brown fox"}) {
    const auto vector = embed(text, 8);
    ASSERT_EQ(vector.size(), 8U);
    EXPECT_NEAR(similarity(vector, vector), 1, 1e-6) << text;
  }
}

TEST(Embedding, is_nearer_the_more_words_are_shared) {
  const auto of = [](std::string_view text) { return embed(text, embedding_dimensions); };
  EXPECT_EQ(of("Brown fox"), of("fox, brown"));
  EXPECT_GT(similarity(of("brown fox"), of("quick brown fox")),
            similarity(of("brown fox"), of("lazy brown dog")));
}

}  // namespace
}  // namespace tollway::demo
