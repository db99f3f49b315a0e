#include "providers/base/openai_compatible.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/message_parser.hpp"
#include "providers/descriptor.hpp"

namespace tollway::providers {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

OpenAICompatibleProvider provider(std::string_view key, std::string_view url = "",
                                  std::string_view secret = "the-key") {
  auto description = find(built_in(), key);
  auto base_url = normalise_base_url(url, *description);
  EXPECT_TRUE(base_url) << base_url.error().message;
  return {std::move(description), std::move(*base_url), Secret(std::string(secret)),
          net::AddressPolicy::public_only};
}

// The head of a POST for a client that sent these headers.
std::string head_of(const OpenAICompatibleProvider& provider, const http::Head& client,
                    std::string_view query = "") {
  std::string out = "what was there before";
  provider.write_head({.method = "POST",
                       .path = "chat/completions",
                       .query = query,
                       .model = "author/model",
                       .client_head = client,
                       .body_size = 12},
                      out);
  return out;
}

TEST(OpenAICompatible, WritesAWholeHead) {
  const auto head = head_of(provider("openai"), http::Head());
  EXPECT_THAT(head, StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nHost: api.openai.com\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Bearer the-key\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 12\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(OpenAICompatible, WithoutAKeyThereIsNoCredential) {
  EXPECT_THAT(head_of(provider("ollama", "", ""), http::Head()), Not(HasSubstr("Authorization")));
}

TEST(OpenAICompatible, AKeysOwnHeaderCarriesItBare) {
  const auto azure = provider("azure", "https://r.openai.azure.com");
  const auto head = head_of(azure, http::Head());
  EXPECT_THAT(head, HasSubstr("\r\napi-key: the-key\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Authorization")));
}

TEST(OpenAICompatible, OnlyHeadersOfItsListGoUp) {
  http::MessageParser client(http::MessageParser::Kind::request);
  ASSERT_TRUE(
      client.parse_head("POST / HTTP/1.1\r\nHost: gateway\r\nX-TITLE: Mine\r\n"
                        "Cookie: a=b\r\nAuthorization: Bearer sk-tw-of-a-client\r\n"
                        "X-Other: x\r\nContent-Length: 12\r\n\r\n"));
  const auto head = head_of(provider("openrouter"), client.head());
  EXPECT_THAT(head, HasSubstr("\r\nx-title: Mine\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("sk-tw-of-a-client")));
  EXPECT_THAT(head, Not(HasSubstr("Cookie")));
  EXPECT_THAT(head, Not(HasSubstr("X-Other")));
  EXPECT_THAT(head_of(provider("openai"), client.head()), Not(HasSubstr("Mine")));
}

TEST(OpenAICompatible, QueriesOfProviderAndClientAreJoined) {
  const auto azure = provider("azure", "https://r.openai.azure.com");
  EXPECT_EQ(azure.target("a", "", ""), "/a?api-version=2024-10-21");
  EXPECT_EQ(azure.target("a", "b=c", ""), "/a?api-version=2024-10-21&b=c");
  EXPECT_EQ(provider("openai").target("a", "b=c", ""), "/v1/a?b=c");
}

TEST(OpenAICompatible, TheDescriptionSaysWhereChatIs) {
  const auto azure = provider("azure", "https://r.openai.azure.com");
  EXPECT_EQ(azure.target("chat/completions", "", "../o 3"),
            "/openai/deployments/..%2Fo%203/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(provider("openai").target("chat/completions", "", "m"), "/v1/chat/completions");
}

TEST(OpenAICompatible, TellsWhatItIs) {
  const auto openrouter = provider("openrouter");
  EXPECT_EQ(openrouter.key(), "openrouter");
  EXPECT_EQ(openrouter.name(), "OpenRouter");
  EXPECT_EQ(openrouter.default_model(), "meta-llama/llama-3.2-3b-instruct:free");
  EXPECT_EQ(openrouter.addresses(), net::AddressPolicy::public_only);
  EXPECT_EQ(openrouter.origin().to_string(), "https://openrouter.ai:443");
}

}  // namespace
}  // namespace tollway::providers
