#include "providers/api_key.hpp"

#include <gtest/gtest.h>

#include "providers/descriptor.hpp"

namespace tollway::providers {
namespace {

TEST(ApiKey, LosesWhatWasPastedWithIt) {
  const auto trimmed = [](std::string text) {
    return std::string(trim_key(Secret(std::move(text))).key.reveal());
  };
  EXPECT_EQ(trimmed("sk-or-v1-abc"), "sk-or-v1-abc");
  EXPECT_EQ(trimmed(" sk-or-v1-abc\r\n"), "sk-or-v1-abc");
  EXPECT_EQ(trimmed("\"sk-or-v1-abc\""), "sk-or-v1-abc");
  EXPECT_EQ(trimmed(" ' sk-or-v1-abc ' "), "sk-or-v1-abc");
  EXPECT_EQ(trimmed("Bearer sk-or-v1-abc"), "sk-or-v1-abc");
  EXPECT_EQ(trimmed("bearer  sk-or-v1-abc"), "sk-or-v1-abc");
  EXPECT_EQ(trimmed(" \t\"\" "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_FALSE(trim_key(Secret("sk-or-v1-abc")).was_trimmed);
  EXPECT_TRUE(trim_key(Secret("sk-or-v1-abc ")).was_trimmed);
}

TEST(ApiKey, MustFitIntoAHeader) {
  EXPECT_TRUE(is_usable_key("sk-or-v1-abc"));
  EXPECT_FALSE(is_usable_key(""));
  EXPECT_FALSE(is_usable_key("a b"));
  EXPECT_FALSE(is_usable_key("a\r\nX-Evil: b"));
  EXPECT_FALSE(is_usable_key(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_usable_key("schlüssel"));
  EXPECT_FALSE(is_usable_key(std::string(8193, 'a')));
}

TEST(ApiKey, GoesIntoAHeader) {
  EXPECT_EQ(credential(Secret("k"), false).reveal(), "Bearer k");
  EXPECT_EQ(credential(Secret("k"), true).reveal(), "k");
}

std::string vendor(std::string_view key, std::string_view provider) {
  return other_vendor(key, *find(built_in(), provider), built_in());
}

TEST(ApiKey, OfAnotherVendorIsNoticed) {
  EXPECT_EQ(vendor("sk-ant-api03-abc", "openrouter"), "Anthropic");
  EXPECT_EQ(vendor("sk-or-v1-abc", "openai"), "OpenRouter");
  EXPECT_EQ(vendor("sk-ant-abc", "openai"), "Anthropic");
  EXPECT_EQ(vendor("gsk_abc", "xai"), "Groq");
  EXPECT_EQ(vendor("xai-abc", "groq"), "xAI");
  EXPECT_EQ(vendor("hf_abc", "mistral"), "Hugging Face");
  EXPECT_EQ(vendor("AIzaSyabc", "openai"), "Google Gemini");
  EXPECT_EQ(vendor("github_pat_abc", "openrouter"), "GitHub Models");
  EXPECT_EQ(vendor("sk-abc", "groq"), "DeepSeek or Moonshot AI or OpenAI");
  EXPECT_EQ(vendor("sk-proj-abc", "deepseek"), "OpenAI");
}

TEST(ApiKey, OfOnesOwnVendorIsNot) {
  EXPECT_EQ(vendor("sk-or-v1-abc", "openrouter"), "");
  EXPECT_EQ(vendor("sk-abc", "openai"), "");
  EXPECT_EQ(vendor("sk-proj-abc", "openai"), "");
  EXPECT_EQ(vendor("sk-abc", "deepseek"), "");
  EXPECT_EQ(vendor("abcdefghijklmnop", "mistral"), "");
  EXPECT_EQ(vendor("abcdefghijklmnop", "openai"), "");
  EXPECT_EQ(vendor("", "openai"), "");
  EXPECT_EQ(vendor("sk-tw-abc", "openrouter"), "") << "a gateway may stand behind any URL";
}

}  // namespace
}  // namespace tollway::providers
