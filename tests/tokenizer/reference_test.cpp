// Differential tests: the same texts through the reference implementation in Node (reference.mjs).
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"
#include "tokenizer/tokenizer.hpp"

namespace tollway::test {
namespace {

namespace json = boost::json;
using tokenizer::Encoding;
using tokenizer::Tokenizer;

constexpr std::string_view reference = "tests/tokenizer/reference.mjs";
constexpr std::string_view package = "data/ranks/node_modules/tiktoken/package.json";

bool is_surrogate(char32_t point) {
  return point >= 0xD800 && point <= 0xDFFF;
}

void append(std::string& text, char32_t point) {
  const auto byte = [&text](char32_t bits) { text += static_cast<char>(bits); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0 | point >> 6U);
  } else {
    if (point < 0x10000) {
      byte(0xE0 | point >> 12U);
    } else {
      byte(0xF0 | point >> 18U);
      byte(0x80 | (point >> 12U & 0x3F));
    }
    byte(0x80 | (point >> 6U & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

class TokenizerBesideReference : public testing::Test {
 protected:
  void SetUp() override {
    if (find_program("node").empty()) GTEST_SKIP() << "needs Node (script/setup test)";
    ASSERT_FALSE(read_file(package).empty()) << "script/setup installs the packages of data/ranks";
  }

  // What both say of each text; a difference fails the test and names the text.
  void compare(const std::vector<std::string>& texts) {
    std::string lines;
    for (const auto& text : texts) lines += json::serialize(json::value(text)) + "\n";
    const auto input = directory_.write("texts", lines);
    const auto output = directory_.path() / "tokens";
    ChildProcess node({.words = {"node", std::string(reference), input.string()},
                       .environment = {},
                       .stdout_file = output});
    ASSERT_EQ(node.wait_for_exit(100s), 0);
    std::istringstream rows(read_file(output));
    std::string row;
    std::size_t different = 0;
    for (const auto& text : texts) {
      ASSERT_TRUE(std::getline(rows, row));
      if (!is_same(text, json::parse(row)) && ++different <= 20) {
        ADD_FAILURE() << json::serialize(json::value(text));
      }
    }
    EXPECT_EQ(different, 0U) << "of " << texts.size() << " texts";
  }

 private:
  static bool is_same(std::string_view text, const json::value& row) {
    const auto tokens = [&](std::string_view name) {
      return json::value_to<std::vector<std::uint32_t>>(row.at(name));
    };
    return Tokenizer::get(Encoding::o200k_base).encode(text) == tokens("o200k_base") &&
           Tokenizer::get(Encoding::cl100k_base).encode(text) == tokens("cl100k_base");
  }

  TemporaryDirectory directory_;
};

// Of the large blocks that are of one kind throughout, one stretch in sixteen.
bool is_sampled(char32_t first) {
  const bool is_large_block = (first >= 0x3400 && first < 0xD800) || first >= 0x20000;
  return !is_large_block || first % 0x100 == 0;
}

// Every character of Unicode beside others that show whether the reference takes it for a letter, a
// mark, a number or none of them: contractions belong to letters, and numbers are cut by threes.
TEST_F(TokenizerBesideReference, knows_the_kind_of_every_character) {
  std::vector<std::string> texts;
  for (char32_t first = 0; first < 0x110000; first += 16) {
    if (is_surrogate(first) || !is_sampled(first)) continue;
    std::string text;
    for (char32_t point = first; point < first + 16; ++point) {
      append(text, point);
      append(text += "'s 1", point);
      append(text += "234 a", point);
      append(text += "b\n", point);
      text += "/\n";
    }
    texts.push_back(std::move(text));
  }
  compare(texts);
}

// Random walks over pieces that the patterns treat differently.
TEST_F(TokenizerBesideReference, agrees_on_random_texts) {
  constexpr std::array<std::string_view, 44> pieces{
      "a", "e",      "word", "Word", "WORD",  "z",   "'s",   "'S",     "'ll",    "'re", "'",
      " ", "  ",     "\n",   "\r\n", "\t",    "0",   "12",   "2026",   "3.14",   "½",   "٣",
      ".", ",",      "!?",   "/",    "//",    "{\"", "\":",  "é",      "É",      "ß",   "ǅ",
      "ʰ", "\u0301", "漢字", "かな", "слово", "Ω",   "한국", "\u00a0", "\u2003", "😀",  "\u200d"};
  std::mt19937_64 random(2026);
  std::vector<std::string> texts;
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    for (auto left = random() % 60 + 1; left > 0; --left) {
      if (random() % 8 == 0) {
        const auto point = static_cast<char32_t>(random() % 0x30000);
        append(text, is_surrogate(point) ? U'x' : point);
      } else {
        text += pieces[random() % pieces.size()];
      }
    }
    texts.push_back(std::move(text));
  }
  compare(texts);
}

// Long pieces, which another algorithm merges than short ones.
TEST_F(TokenizerBesideReference, agrees_on_long_pieces) {
  std::mt19937_64 random(4);
  std::vector<std::string> texts;
  for (std::size_t size = 100; size < 1000; size += 7) {
    std::string letters;
    std::string marks;
    for (std::size_t i = 0; i < size; ++i) {
      letters += static_cast<char>('a' + random() % (size % 26 + 1));
      marks += "=-_.#"[random() % 5];
    }
    texts.insert(texts.end(), {letters, marks, std::string(size, ' ') + "x"});
  }
  compare(texts);
}

}  // namespace
}  // namespace tollway::test
