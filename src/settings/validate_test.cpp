#include "settings/validate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/definitions.hpp"

namespace tollway::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

// The text kept, or the refusal.
std::string outcome(std::string_view key, std::string_view value) {
  const auto valid = validate(*Definitions::built_in()->find(key), value);
  return valid ? valid->text : valid.error().message;
}

SettingDefinition definition_of(SettingType type, UiElement element) {
  SettingDefinition definition;
  definition.key = "a";
  definition.type = type;
  definition.ui_element = element;
  return definition;
}

TEST(Validate, NumbersAreHeldToTheirRange) {
  EXPECT_EQ(outcome("llm.temperature", " 1.5 "), "1.5");
  EXPECT_EQ(outcome("llm.temperature", "0"), "0");
  EXPECT_EQ(outcome("llm.temperature", "2.01"),
            "llm.temperature is \"2.01\"; expected a number from 0 to 2");
  for (const auto* value : {"", "-0.1", "nan", "inf", "1e999", "0x1", "1,5", "1.5 2"}) {
    EXPECT_THAT(outcome("llm.temperature", value), HasSubstr("expected a number from 0 to 2"));
  }
  for (const auto* value : {"1.5", "11", "-1", "99999999999999999999", "2.0"}) {
    EXPECT_THAT(outcome("llm.max_retries", value),
                HasSubstr("expected a whole number from 0 to 10"));
  }
}

TEST(Validate, BooleansInAnyUsualSpelling) {
  EXPECT_EQ(outcome("llm.streaming", "YES"), "true");
  EXPECT_EQ(outcome("llm.streaming", "0"), "false");
  EXPECT_EQ(outcome("llm.streaming", "maybe"),
            "llm.streaming is \"maybe\"; expected true or false");
}

TEST(Validate, SelectsTakeTheirOptions) {
  auto definition = definition_of(SettingType::text, UiElement::select);
  definition.options = {{.value = "low", .label = "Low"}, {.value = "high", .label = "High"}};
  EXPECT_TRUE(validate(definition, "low"));
  const auto refused = validate(definition, "medium");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("expected one of \"low\", \"high\""));
}

TEST(Validate, JsonIsJson) {
  const auto definition = definition_of(SettingType::json, UiElement::json);
  EXPECT_TRUE(validate(definition, R"({"a": [1]})"));
  EXPECT_FALSE(validate(definition, R"({"a": )"));
}

TEST(Validate, SecretsLoseWhiteSpaceAndQuotes) {
  const auto& definition = *Definitions::built_in()->find("llm.openrouter.api_key");
  for (const auto* value : {" sk-abc\n", "\"sk-abc\"", "'sk-abc' ", "\t`sk-abc`\r\n"}) {
    const auto valid = validate(definition, value);
    ASSERT_TRUE(valid);
    EXPECT_EQ(valid->text, "sk-abc");
    EXPECT_TRUE(valid->trimmed);
  }
  EXPECT_FALSE(validate(definition, "sk-abc")->trimmed);
}

TEST(Validate, S06_what_may_be_a_secret_is_not_quoted) {
  const std::string canary = "sk-or-v1-canary-7c1d0e5f2b9a4c38";
  const std::string long_canary(secret_bytes_max + 1, 'k');
  EXPECT_THAT(outcome("llm.openrouter.api_key", canary + " " + canary), Not(HasSubstr("canary")));
  EXPECT_THAT(outcome("llm.openrouter.api_key", long_canary), Not(HasSubstr("kkkk")));
  EXPECT_THAT(outcome("llm.openrouter.url", "https://user:canary@host/v1"),
              Not(HasSubstr("canary")));
  EXPECT_THAT(outcome("llm.temperature", canary), Not(HasSubstr("canary")));
  EXPECT_THAT(Definitions::built_in()->unknown(canary), Not(HasSubstr("canary")));
}

TEST(Validate, UrlsAreHeldToTheirForm) {
  for (const auto* value : {"https://host/v1", "localhost:11434", "http://[::1]:8080/v1"}) {
    EXPECT_EQ(outcome("llm.ollama.url", value), value);
  }
  for (const auto* value : {"", "https://a b/", "https://u@host", "https://h/#f", "https:\\\\host",
                            "https://h\x01st", "https://h\xc3\xb6st"}) {
    EXPECT_THAT(outcome("llm.ollama.url", value), HasSubstr("expected a base URL such as"));
  }
}

TEST(Validate, UrlsLoseWhiteSpaceAndQuotes) {
  EXPECT_EQ(outcome("llm.ollama.url", " \"https://host/v1\"\n"), "https://host/v1");
}

TEST(Validate, TextsHaveNoControlCharacters) {
  EXPECT_EQ(outcome("llm.model", " meta-llama/llama-3.2 "), "meta-llama/llama-3.2");
  EXPECT_THAT(outcome("llm.model", "a\nb"), HasSubstr("a text of 3 characters"));
  EXPECT_THAT(outcome("llm.model", std::string(value_bytes_max + 1, 'a')), HasSubstr("65537"));
}

}  // namespace
}  // namespace tollway::settings
