#include "providers/field_rules.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace tollway::providers {
namespace {

using Texts = std::initializer_list<std::string_view>;

void expect(const TextRule& rule, Texts accepted, Texts refused) {
  for (const auto text : accepted) EXPECT_TRUE(rule.accepts(text)) << text;
  for (const auto text : refused) EXPECT_FALSE(rule.accepts(text)) << text;
  EXPECT_FALSE(rule.accepts("")) << rule.expected;
  EXPECT_FALSE(rule.accepts("a\r\nb")) << rule.expected;
  EXPECT_FALSE(rule.accepts(std::string_view("a\0b", 3))) << rule.expected;
}

TEST(FieldRules, Keys) {
  expect(rules::key, {"groq", "openai_endpoint", "01ai", "a"},
         {"Groq", "_a", "a-b", "a.b", "../a", "gr\xc3\xb6q"});
}

TEST(FieldRules, Labels) {
  expect(rules::label, {"\xc3\x96sterreich", "a b", "\"quoted\""}, {"a\tb", "a\x7f", "\x1b[2J"});
}

TEST(FieldRules, Urls) {
  expect(rules::url, {"https://api.example/v1", "http://localhost:8080"},
         {"api.example/v1", "https://u:p@api.example", "https://a.example/?q=1", "file:///etc"});
}

TEST(FieldRules, Models) {
  expect(rules::model, {"a/b:free", "accounts/x/models/y", "{model}"}, {"a b", "\xc3\xa4"});
}

TEST(FieldRules, Variables) {
  expect(rules::variable, {"GROQ_API_KEY", "_A", "A1"}, {"groq", "1A", "A=B", "A-B"});
}

TEST(FieldRules, KeyPrefixes) {
  expect(rules::key_prefix, {"sk-or-", "AIza", "fw_"}, {"s", "sk or", "sk/"});
}

TEST(FieldRules, ChatPaths) {
  expect(rules::chat_path,
         {"chat/completions", "/api/v0/chat", "deployments/{model}/chat/completions"},
         {"../a", "a/../b", "a//b", "/", "//host/a", "a?b=c", "x{model}", "a b", "a%2e", "a#b"});
}

TEST(FieldRules, ModelsPaths) {
  expect(rules::models_path, {"models", "/v1/models?limit=100", "models?a=b&c=d"},
         {"models?", "models?a b", "models?a#b", "{model}", "//host/models", "a/./b"});
}

TEST(FieldRules, QueryTexts) {
  expect(rules::query_text, {"2024-10-21", "api-version", "a_b~c.d"}, {"a&b", "a=b", "a b", "a%"});
}

TEST(FieldRules, HeadersThatFrameAMessageAreNobodysOwn) {
  for (const auto* name : {"Host", "content-length", "Transfer-Encoding", "connection", "te",
                           "upgrade", "expect", "Content-Type", "accept-encoding"}) {
    for (const TextRule* rule :
         {&rules::key_header, &rules::own_header, &rules::forwarded_header}) {
      EXPECT_FALSE(rule->accepts(name)) << name;
    }
  }
}

TEST(FieldRules, CredentialsHaveTheirOwnField) {
  expect(rules::key_header, {"api-key", "X-Api-Key", "authorization"}, {"cookie", "a b", "a:"});
  expect(rules::own_header, {"anthropic-version", "X-Title"},
         {"Authorization", "api-key", "x-goog-api-key", "cookie", "proxy-authorization"});
  expect(rules::forwarded_header, {"accept", "x-title"}, {"X-Title", "authorization", "cookie"});
}

TEST(FieldRules, HeaderValues) {
  expect(rules::header_value, {"2023-06-01", "1 of 2"}, {" a", "a ", "a\tb", "\xc3\xa4"});
}

}  // namespace
}  // namespace tollway::providers
