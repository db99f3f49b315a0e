// What OpenRouter alone does is asked of it, or refused: nobody else gets the request without it.
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";
constexpr auto asks = {
    R"("model":"openai/gpt-4o","plugins":[{"id":"web"}])",
    R"("model":"openai/gpt-4o","preset":"mine")",
    R"("model":"openai/gpt-4o","tools":[{"type":"openrouter:web_search"}])",
    R"("model":"openai/gpt-4o:online")",
    R"("model":"openai/gpt-4o@preset/mine")",
};

std::string body(std::string_view members) {
  return fmt::format(R"({{{},"messages":[{{"role":"user","content":"Hi"}}]}})", members);
}

ListedProvider openai(const FaultUpstream& upstream) {
  return {.key = "openai", .url = upstream.url(), .model = "gpt-4o", .bare_list = true};
}

class OnlyOpenRouter : public testing::Test {
 protected:
  FaultUpstream vendor_{FaultUpstream::answering(json_answer(chat_dialect().json))};
  FaultUpstream openrouter_{FaultUpstream::answering(json_answer(chat_dialect().json))};
};

TEST_F(OnlyOpenRouter, is_asked_each_time_though_the_vendor_is_cheaper) {
  const SeveralProviders both({openai(vendor_),
                               {.key = "openrouter",
                                .url = openrouter_.url(),
                                .model = "openai/gpt-4o",
                                .prompt_price = "0.1",
                                .completion_price = "0.1"}});
  Gateway gateway(both.options());
  for (const auto* members : asks) {
    const auto got = gateway.post(path, body(members));
    EXPECT_EQ(got.status, 200) << members << got.body;
  }
  EXPECT_EQ(openrouter_.request_count(), static_cast<int>(asks.size()));
  EXPECT_EQ(vendor_.connection_count(), 0);
  const auto off =
      gateway.post(path, body(R"("model":"openai/gpt-4o","plugins":[{"id":"web","enabled":false}],)"
                              R"("provider":{"order":["openai"]})"));
  EXPECT_EQ(off.status, 200) << off.body;
  EXPECT_EQ(vendor_.request_count(), 1);
}

TEST_F(OnlyOpenRouter, is_said_to_be_missing) {
  const SeveralProviders one({openai(vendor_)});
  Gateway gateway(one.options());
  for (const auto* members : asks) {
    const auto got = gateway.post(path, body(members));
    EXPECT_EQ(got.status, 400) << members << got.body;
    EXPECT_TRUE(got.body.contains("which OpenRouter alone does")) << got.body;
    EXPECT_TRUE(got.body.contains("set OPENROUTER_API_KEY")) << got.body;
  }
  EXPECT_EQ(vendor_.connection_count(), 0);
}

}  // namespace
}  // namespace tollway::test
