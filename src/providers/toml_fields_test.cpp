#include "providers/toml_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace tollway::providers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const TextRule word{"a word", [](std::string_view text) { return !text.contains(' '); }, 8};

class TomlFieldsTest : public testing::Test {
 protected:
  // Fields of this document; it lives as long as the test.
  TomlFields fields(std::string_view text, std::string name = "") {
    auto parsed = toml::parse(text);
    EXPECT_TRUE(parsed);
    table_ = std::move(parsed).table();
    return {table_, std::move(name), problem_};
  }
  [[nodiscard]] const std::string& problem() const { return problem_.message(); }

  toml::table table_;
  FirstProblem problem_{"f.toml"};
};

TEST_F(TomlFieldsTest, WhatIsAbsentLeavesTheDefault) {
  auto none = fields("");
  std::string text = "default";
  bool flag = true;
  std::vector<std::string> texts{"default"};
  std::vector<NameValue> pairs{{"a", "b"}};
  none.text("a", word, text);
  none.flag("b", flag);
  none.texts("c", word, texts);
  none.pairs("d", word, word, pairs);
  constexpr std::array<std::string_view, 1> words{"one"};
  EXPECT_EQ(none.choice("e", words), std::nullopt);
  EXPECT_EQ(none.table("f"), nullptr);
  none.finish();
  EXPECT_EQ(text, "default");
  EXPECT_TRUE(flag);
  EXPECT_THAT(texts, ElementsAre("default"));
  EXPECT_EQ(pairs.size(), 1U);
  EXPECT_EQ(problem(), "");
  none.required_text("g", word, text);
  EXPECT_EQ(problem(), "f.toml:1:1: g is missing: expected a word");
}

TEST_F(TomlFieldsTest, EachKindIsRead) {
  auto all =
      fields("text='a'\nflag=false\ntexts=['b','c']\nchoice='two'\n[pairs]\nx='y'\n[table]\nz=1\n");
  std::string text;
  bool flag = true;
  std::vector<std::string> texts;
  std::vector<NameValue> pairs;
  constexpr std::array<std::string_view, 2> words{"one", "two"};
  all.text("text", word, text);
  all.flag("flag", flag);
  all.texts("texts", word, texts);
  all.pairs("pairs", word, word, pairs);
  EXPECT_EQ(all.choice("choice", words), 1U);
  EXPECT_NE(all.table("table"), nullptr);
  all.finish();
  EXPECT_EQ(problem(), "");
  EXPECT_EQ(text, "a");
  EXPECT_FALSE(flag);
  EXPECT_THAT(texts, ElementsAre("b", "c"));
  EXPECT_THAT(pairs, ElementsAre(NameValue{"x", "y"}));
}

TEST_F(TomlFieldsTest, TheFirstProblemIsKeptWithItsPlace) {
  auto wrong = fields("a = 'two wds'\nb = 1\n", "table");
  std::string text;
  wrong.text("a", word, text);
  wrong.text("b", word, text);
  EXPECT_THAT(problem(), StartsWith("f.toml:1:5: table.a: expected a word"));
  EXPECT_EQ(text, "") << "what is wrong is not taken";
}

TEST_F(TomlFieldsTest, ATextHasAnEnd) {
  auto longer = fields("a = '123456789'");
  std::string text;
  longer.text("a", word, text);
  EXPECT_EQ(problem(), "f.toml:1:5: a: expected at most 8 bytes, came 9");
}

TEST_F(TomlFieldsTest, AFieldThatNobodyAskedForIsReportedWithTheNearest) {
  auto fields_of = fields("nmae = 'a'");
  std::string text;
  fields_of.text("name", word, text);
  fields_of.finish();
  EXPECT_THAT(problem(),
              StartsWith("f.toml:1:1: unknown field \"nmae\" in a descriptor: expected"));
  EXPECT_THAT(problem(), HasSubstr("Did you mean name?"));
}

}  // namespace
}  // namespace tollway::providers
