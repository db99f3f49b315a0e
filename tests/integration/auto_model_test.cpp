// "openrouter/auto" where OpenRouter is not among the providers: some model of those who are.
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";

FaultUpstream::Script saying(std::string_view model) {
  return FaultUpstream::answering(json_answer(fmt::format(
      R"({{"id":"gen-served","object":"chat.completion","model":"{}","choices":[{{"index":0,)"
      R"("message":{{"role":"assistant","content":"Hi"}},"finish_reason":"stop"}}],)"
      R"("usage":{{"prompt_tokens":10,"completion_tokens":10,"total_tokens":20}}}})",
      model)));
}

ListedProvider provider_of(std::string key, const FaultUpstream& upstream, std::string model,
                           std::string price) {
  auto provider = own_provider(std::move(key), upstream.url());
  provider.model = std::move(model);
  provider.prompt_price = provider.completion_price = std::move(price);
  return provider;
}

struct DearAndCheap {
  static std::string body(std::string_view members = {}) {
    return fmt::format(
        R"({{"model":"openrouter/auto"{},"messages":[{{"role":"user","content":"Hello"}}]}})",
        members);
  }
  FaultUpstream first{saying("dear/model")};
  FaultUpstream second{saying("cheap/model")};
  SeveralProviders providers{{provider_of("first", first, "dear/model", "0.001"),
                              provider_of("second", second, "cheap/model", "0.000001")}};
  Gateway gateway{providers.options()};
};

TEST(AutoModel, is_the_one_that_fits_at_the_best_price) {
  DearAndCheap two;
  const auto got = two.gateway.post(path, two.body());
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(at(got.body_json(), "/model"), json::value("cheap/model"));
  const auto up = two.second.request().body_json();
  const auto model = at(up, "/model");
  EXPECT_TRUE(model == json::value("cheap/model") || model == json::value("second/mark")) << model;
  EXPECT_FALSE(up.as_object().contains("plugins"));
}

TEST(AutoModel, heeds_the_plugins_lists) {
  DearAndCheap two;
  const auto got = two.gateway.post(
      path, two.body(R"(,"plugins":[{"id":"auto-router","allowed_models":["dear/*"]}])"));
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(at(two.first.request().body_json(), "/model"), json::value("dear/model"));
  EXPECT_EQ(two.second.request_count(), 0);
}

TEST(AutoModel, heeds_what_the_request_asks_of_providers) {
  DearAndCheap two;
  const auto got = two.gateway.post(path, two.body(R"(,"provider":{"only":["first"]})"));
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(two.first.request_count(), 1);
}

TEST(AutoModel, says_what_to_do_where_nothing_fits) {
  DearAndCheap two;
  const auto got = two.gateway.post(
      path, two.body(R"(,"plugins":[{"id":"auto-router","excluded_models":["*"]}])"));
  EXPECT_EQ(got.status, 404);
  EXPECT_TRUE(got.body.contains("4 not allowed by their names")) << got.body;
  EXPECT_TRUE(got.body.contains("or name a model")) << got.body;
  EXPECT_EQ(two.first.request_count() + two.second.request_count(), 0);
}

TEST(AutoModel, is_openrouters_where_it_can_be_asked) {
  FaultUpstream openrouter(saying("acme/chosen"));
  FaultUpstream second(saying("cheap/model"));
  const SeveralProviders both(
      {{.key = "openrouter", .url = openrouter.url(), .model = "acme/chosen"},
       provider_of("second", second, "cheap/model", "0.000001")});
  Gateway gateway(both.options());
  const auto sent = DearAndCheap::body(R"(,"plugins":[{"id":"auto-router","cost_tier":"low"}])");
  EXPECT_EQ(gateway.post(path, sent).status, 200);
  EXPECT_EQ(openrouter.request().body, sent) << "byte for byte";
}

}  // namespace
}  // namespace tollway::test
