#include "tokenizer/tokenizer.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <string>

namespace tollway::tokenizer {
namespace {

constexpr std::array encodings{std::pair{Encoding::o200k_base, "o200k_base"},
                               std::pair{Encoding::cl100k_base, "cl100k_base"}};

// Tokens of the original's own code: tests/tokenizer/reference.mjs.
TEST(TokenizerTest, gives_the_tokens_of_the_reference) {
  std::ifstream file("tests/golden/tokenizer/texts.jsonl");
  ASSERT_TRUE(file);
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const auto row = boost::json::parse(line);
    const std::string_view text = row.at("text").get_string();
    for (const auto& [encoding, name] : encodings) {
      const auto& tokenizer = Tokenizer::get(encoding);
      const auto expected = boost::json::value_to<std::vector<std::uint32_t>>(row.at(name));
      EXPECT_EQ(tokenizer.encode(text), expected) << name << ": " << text;
      EXPECT_EQ(tokenizer.count(text), expected.size());
    }
  }
  EXPECT_GT(rows, 30);
}

TEST(TokenizerTest, takes_bytes_that_are_no_text) {
  for (const auto& [encoding, name] : encodings) {
    const auto& tokenizer = Tokenizer::get(encoding);
    std::string bytes;
    for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 37);
    EXPECT_GT(tokenizer.count(bytes), 200U) << name;
    EXPECT_EQ(tokenizer.count("\xff"), 1U);
    EXPECT_EQ(tokenizer.count("good \xc3 end"),
              tokenizer.count("good ") + 1 + tokenizer.count(" end"));
  }
}

// A quadratic merge would take hours.
TEST(TokenizerTest, long_pieces_take_no_quadratic_time) {
  const auto start = std::chrono::steady_clock::now();
  for (const auto& [encoding, name] : encodings) {
    const auto& tokenizer = Tokenizer::get(encoding);
    std::string text;
    for (unsigned i = 0; i < 500'000; ++i) text += static_cast<char>('a' + i % 997 * i % 7);
    EXPECT_GT(tokenizer.count(text), 25'000U) << name;
    EXPECT_GT(tokenizer.count(std::string(500'000, ' ')), 1000U) << name;
    EXPECT_GT(tokenizer.count(std::string(500'000, '\n')), 1000U) << name;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(EncodingOf, goes_by_the_models_name) {
  EXPECT_EQ(encoding_of("gpt-4"), Encoding::cl100k_base);
  EXPECT_EQ(encoding_of("openai/gpt-4-turbo"), Encoding::cl100k_base);
  EXPECT_EQ(encoding_of("gpt-3.5-turbo"), Encoding::cl100k_base);
  EXPECT_EQ(encoding_of("text-embedding-3-small"), Encoding::cl100k_base);
  EXPECT_EQ(encoding_of("gpt-4o-mini"), Encoding::o200k_base);
  EXPECT_EQ(encoding_of("gpt-4.1"), Encoding::o200k_base);
  EXPECT_EQ(encoding_of("o3"), Encoding::o200k_base);
  EXPECT_EQ(encoding_of("anthropic/claude-sonnet-4.5"), Encoding::o200k_base);
}

}  // namespace
}  // namespace tollway::tokenizer
