#include "providers/base_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/descriptor.hpp"

namespace tollway::providers {
namespace {

struct Case {
  const char* provider;
  const char* given;
  const char* expected;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.provider << ": " << one.given;
}

class BaseUrls : public testing::TestWithParam<Case> {};

TEST_P(BaseUrls, AreNormalised) {
  const auto& [provider, given, expected] = GetParam();
  const auto url = normalise_base_url(given, *find(built_in(), provider));
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->to_string(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    , BaseUrls,
    testing::Values(
        // The default.
        Case{"openrouter", "", "https://openrouter.ai/api/v1"},
        Case{"openrouter", " \"\" ", "https://openrouter.ai/api/v1"},
        Case{"ollama", "", "http://localhost:11434/v1"},
        // Schemes.
        Case{"openai_endpoint", "llm.example.com/v1", "https://llm.example.com/v1"},
        Case{"openai_endpoint", "//llm.example.com/v1", "https://llm.example.com/v1"},
        Case{"openai_endpoint", "localhost:8000/v1", "http://localhost:8000/v1"},
        Case{"openai_endpoint", "127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"},
        Case{"openai_endpoint", "10.1.2.3/v1", "http://10.1.2.3/v1"},
        Case{"openai_endpoint", "172.31.0.1/v1", "http://172.31.0.1/v1"},
        Case{"openai_endpoint", "172.32.0.1/v1", "https://172.32.0.1/v1"},
        Case{"openai_endpoint", "192.168.1.1:1234/v1", "http://192.168.1.1:1234/v1"},
        Case{"openai_endpoint", "100.64.0.9/v1", "http://100.64.0.9/v1"},
        Case{"openai_endpoint", "8.8.8.8/v1", "https://8.8.8.8/v1"},
        Case{"openai_endpoint", "[::1]:8000/v1", "http://[::1]:8000/v1"},
        Case{"openai_endpoint", "[fd00::1]:8000/v1", "http://[fd00::1]:8000/v1"},
        Case{"openai_endpoint", "[2001:db8::1]/v1", "https://[2001:db8::1]/v1"},
        Case{"openai_endpoint", "gpu-box:8000/v1", "http://gpu-box:8000/v1"},
        Case{"openai_endpoint", "gpu.local/v1", "http://gpu.local/v1"},
        Case{"openai_endpoint", "host.docker.internal:8000/v1",
             "http://host.docker.internal:8000/v1"},
        Case{"openai_endpoint", "notlocal/v1", "http://notlocal/v1"},
        Case{"openai_endpoint", "evil-local.example/v1", "https://evil-local.example/v1"},
        Case{"openai_endpoint", "http://plain.example/v1", "http://plain.example/v1"},
        Case{"openai_endpoint", "HTTPS://LLM.Example.com/V1", "https://llm.example.com/V1"},
        // Slashes, versions, routes.
        Case{"openai", "https://api.openai.com/v1/", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1///", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com//v1", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/v1", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/v1/v1/", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/v1/chat/completions",
             "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/models", "https://api.openai.com/v1"},
        Case{"openai", "https://api.openai.com/v1/responses", "https://api.openai.com/v1"},
        Case{"openai", "https://proxy.example/v1/v2", "https://proxy.example/v1/v2"},
        Case{"openai", "https://proxy.example/av1/v1", "https://proxy.example/av1/v1"},
        Case{"zai", "https://api.z.ai/api/paas/v4/v4", "https://api.z.ai/api/paas/v4"},
        // The host alone.
        Case{"openrouter", "https://openrouter.ai", "https://openrouter.ai/api/v1"},
        Case{"openrouter", "openrouter.ai", "https://openrouter.ai/api/v1"},
        Case{"openrouter", "https://proxy.example", "https://proxy.example"},
        Case{"ollama", "http://localhost:11434", "http://localhost:11434/v1"},
        Case{"ollama", "127.0.0.1", "http://127.0.0.1:11434/v1"},
        Case{"ollama", "127.0.0.1:9999", "http://127.0.0.1:9999/v1"},
        Case{"ollama", "0.0.0.0", "http://127.0.0.1:11434/v1"},
        Case{"ollama", "0.0.0.0:9999", "http://127.0.0.1:9999/v1"},
        Case{"ollama", "[::]:9999", "http://[::1]:9999/v1"},
        Case{"ollama", "[::1]", "http://[::1]:11434/v1"},
        Case{"ollama", "http://gpu.example.com", "http://gpu.example.com/v1"},
        Case{"ollama", "http://localhost:11434/api/tags", "http://localhost:11434/v1"},
        Case{"lmstudio", "localhost", "http://localhost:1234/v1"},
        // White space and quotes.
        Case{"openai", " 'https://api.openai.com/v1' \n", "https://api.openai.com/v1"},
        // Deployments.
        Case{"azure", "https://mine.openai.azure.com/", "https://mine.openai.azure.com"},
        Case{"azure", "mine.openai.azure.com", "https://mine.openai.azure.com"},
        Case{"azure",
             "https://mine.openai.azure.com/openai/deployments/d/chat/"
             "completions?api-version=2025-01-01",
             "https://mine.openai.azure.com"}));

TEST(BaseUrl, OfTheQueryOnlyWhatTheDescriptorNamesIsTaken) {
  const auto& azure = *find(built_in(), "azure");
  auto url =
      normalise_base_url("https://mine.openai.azure.com?api-version=2025-01-01-preview", azure);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->query_text(), "api-version=2025-01-01-preview");
  EXPECT_EQ(url->target("openai/models"), "/openai/models?api-version=2025-01-01-preview");
  url = normalise_base_url("https://mine.openai.azure.com", azure);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->query_text(), "api-version=2024-10-21");
  EXPECT_FALSE(normalise_base_url("https://mine.openai.azure.com?key=x", azure));
  EXPECT_FALSE(normalise_base_url("https://mine.openai.azure.com?api-version=a%0d%0ab", azure));
  EXPECT_FALSE(normalise_base_url("https://api.openai.com/v1?a=b", *find(built_in(), "openai")));
}

TEST(BaseUrl, TargetsLieUnderTheBaseOrTheOrigin) {
  const auto url = normalise_base_url("", *find(built_in(), "openrouter"));
  ASSERT_TRUE(url);
  EXPECT_EQ(url->target("models"), "/api/v1/models");
  EXPECT_EQ(url->target("models?limit=1"), "/api/v1/models?limit=1");
  EXPECT_EQ(url->target("/catalog/models"), "/catalog/models");
}

TEST(BaseUrl, AProviderWithoutOneAsksForIt) {
  const auto url = normalise_base_url("", *find(built_in(), "openai_endpoint"));
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, Errc::not_configured);
  EXPECT_THAT(
      url.error().message,
      testing::HasSubstr("set llm.openai_endpoint.url (or TOLLWAY_LLM_OPENAI_ENDPOINT_URL)"));
}

// What a URL could smuggle in. Which addresses are dialled is the dial guard's matter; what reads
// differently to different parsers is not even parsed (tests.md S01, S02).
TEST(BaseUrl, S02_what_parsers_read_differently_is_refused) {
  for (const std::string_view given : {"https://user:pass@api.openai.com/v1",
                                       "https://api.openai.com@evil.example/v1",
                                       "https://api.openai.com\\@evil.example/v1",
                                       "https://api.openai.com/v1#@evil.example",
                                       "https://2130706433/v1",
                                       "https://0x7f000001/v1",
                                       "https://0177.0.0.1/v1",
                                       "https://127.1/v1",
                                       "https://api.openai.com:443:80/v1",
                                       "https://api.openai.com:0/v1",
                                       "https://a\r\nb/v1",
                                       "https://a b/v1",
                                       "https://api.openai.com/../v1",
                                       "https://api.openai.com/%2e%2e/v1",
                                       "ftp://api.openai.com/v1",
                                       "file:///etc/passwd",
                                       "javascript://x",
                                       "https://",
                                       "https:///v1",
                                       "://x",
                                       "https://xn--/../v1",
                                       "https://\xc3\xa4.example/v1",
                                       "https://[::1%25eth0]/v1"}) {
    const auto url = normalise_base_url(given, *find(built_in(), "openai"));
    EXPECT_FALSE(url) << given << " became " << url->to_string();
    if (!url) {
      EXPECT_EQ(url.error().code, Errc::bad_request);
      EXPECT_THAT(url.error().message, testing::Not(testing::HasSubstr("pass@")));
    }
  }
}

}  // namespace
}  // namespace tollway::providers
