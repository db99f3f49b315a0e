#include "settings/toml_layer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* canary = "sk-or-v1-canary-7c1d0e5f2b9a4c38";

Result<Layer> parse(std::string_view text) {
  return parse_toml_layer(*Definitions::built_in(), text, "tollway.toml");
}

std::string refusal(std::string_view text) {
  const auto layer = parse(text);
  return layer ? "accepted" : layer.error().message;
}

TEST(TomlLayer, NestedTablesAreDottedKeys) {
  const auto layer = parse(R"(
[llm]
temperature = 0.2
max_retries = 3
streaming = false
openrouter.url = "https://a.example/v1"
[llm.openai]
api_key = "sk-abc"
)");
  ASSERT_TRUE(layer) << layer.error().message;
  EXPECT_EQ(layer->values.at("llm.temperature").text, "0.2");
  EXPECT_EQ(layer->values.at("llm.temperature").source, "tollway.toml:3");
  EXPECT_EQ(layer->values.at("llm.max_retries").text, "3");
  EXPECT_EQ(layer->values.at("llm.streaming").text, "false");
  EXPECT_EQ(layer->values.at("llm.openrouter.url").text, "https://a.example/v1");
  EXPECT_EQ(layer->values.at("llm.openai.api_key").secret.reveal(), "sk-abc");
  EXPECT_EQ(layer->values.at("llm.openai.api_key").text, "");
  EXPECT_THAT(layer->warnings, IsEmpty());
}

TEST(TomlLayer, ErrorsHaveLineAndColumn) {
  EXPECT_THAT(refusal("[llm]\ntemperature = \n"), StartsWith("tollway.toml:2:15: this "));
  EXPECT_THAT(refusal("[llm]\n\ntemperature = 9"),
              StartsWith("tollway.toml:3: llm.temperature is \"9\"; expected a number"));
  EXPECT_THAT(refusal("[llm]\nmodel = [\"a\"]"),
              StartsWith("tollway.toml:2:9: llm.model is a table"));
}

TEST(TomlLayer, UnknownKeysAreWarnedOfWithTheNearest) {
  const auto layer = parse("[llm]\nmodle = \"a\"\nmodel = \"b\"");
  ASSERT_TRUE(layer);
  EXPECT_THAT(layer->warnings,
              ElementsAre("tollway.toml:2:1: no setting is called \"llm.modle\". Did you mean "
                          "llm.model?"));
  EXPECT_EQ(layer->values.at("llm.model").text, "b");
}

TEST(TomlLayer, AnEmptyTextSetsNothing) {
  const auto layer = parse("[llm]\nmodel = \"\"");
  ASSERT_TRUE(layer);
  EXPECT_THAT(layer->values, IsEmpty());
}

// Each line breaks in another place of the parser.
TEST(TomlLayer, S06_errors_never_quote_the_line_that_holds_a_key) {
  const std::string key = canary;
  for (const std::string& text :
       {"[llm.openai]\napi_key = " + key, "[llm.openai]\napi_key = \"" + key,
        "[llm.openai]\napi_key = \"" + key + "\\q\"", "[llm.openai]\napi_key \"" + key + "\"",
        "[llm.openai]\napi_key = '" + key + "\n'", "[llm.openai]\napi_key = [\"" + key + "\"",
        "[llm.openai]\n" + key + " = 1\n" + key + " = 2", "[llm." + key + "\nurl = 1",
        "[llm.openai]\napi_key = \"" + key + "\" \"" + key + "\"",
        "[llm.openai]\napi_key = {a = \"" + key + "\"}",
        "[llm.openai]\napi_key = [\"" + key + "\"]",
        "[llm.openai]\napi_key = \"" + key + " " + key + "\"",
        "[llm.openai]\nurl = \"https://u:" + key + "@host\"",
        "[llm]\ntemperature = \"" + key + "\"", "[llm]\nopenai = \"" + key + "\"\n[llm.openai]",
        "[llm.openai]\napi_key = 1979-" + key, "[llm.openai]\napi_key = 0x" + key}) {
    const std::string message = refusal(text);
    EXPECT_THAT(message, Not(HasSubstr("canary"))) << text;
    EXPECT_THAT(message, StartsWith("tollway.toml:"));
  }
  const auto mistyped = parse("[llm.openai]\n" + key + " = \"" + key + "\"");
  ASSERT_TRUE(mistyped);
  EXPECT_THAT(mistyped->warnings, ElementsAre(Not(HasSubstr("canary"))));
}

TEST(TomlLayer, AFileThatIsNotThereIsAnError) {
  const auto layer = read_toml_layer(*Definitions::built_in(), "/nowhere/tollway.toml");
  ASSERT_FALSE(layer);
  EXPECT_EQ(layer.error().code, Errc::not_found);
  EXPECT_THAT(layer.error().message,
              HasSubstr("/nowhere/tollway.toml cannot be read: No such file"));
}

}  // namespace
}  // namespace tollway::settings
