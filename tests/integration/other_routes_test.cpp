// Routes that write no text, over providers that list what their models give.
#include <gtest/gtest.h>

#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto vectors =
    R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],)"
    R"("model":"test/model","usage":{"prompt_tokens":3,"total_tokens":3}})";
constexpr auto ranking =
    R"({"id":"r","model":"test/model","results":[{"index":0,"relevance_score":0.5}]})";

ListedProvider listing(const FaultUpstream& upstream, std::string output) {
  auto provider = own_provider("first", upstream.url());
  provider.output_modality = std::move(output);
  return provider;
}

TEST(OtherRoutes, embeddings_are_asked_of_a_model_that_gives_them) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(vectors)));
  const SeveralProviders one({listing(upstream, "embeddings")});
  Gateway gateway(one.options());
  const auto got = gateway.post("/api/v1/embeddings", R"({"model":"test/model","input":"Hi"})");
  EXPECT_EQ(got.status, 200) << got.body;
  const auto chat =
      gateway.post("/api/v1/chat/completions", R"({"model":"test/model","messages":[]})");
  EXPECT_EQ(chat.status, 404);
  EXPECT_TRUE(chat.body.contains("first (modality)")) << chat.body;
}

TEST(OtherRoutes, rankings_are_asked_of_a_model_that_gives_them) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(ranking)));
  const SeveralProviders one({listing(upstream, "rerank")});
  Gateway gateway(one.options());
  const auto got = gateway.post("/api/v1/rerank",
                                R"({"model":"test/model","query":"Hi","documents":["a","b"]})");
  EXPECT_EQ(got.status, 200) << got.body;
}

TEST(OtherRoutes, explain_knows_what_a_route_gives) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(vectors)));
  const SeveralProviders one({listing(upstream, "embeddings")});
  const auto explained = run_tollway({"explain", "--json", "--route", "embeddings", "test/model"},
                                     one.options().environment);
  EXPECT_EQ(explained.exit_code, 0) << explained.err << explained.out;
}

// The vendor's own list says nothing of the model, OpenRouter's says what it gives.
TEST(OtherRoutes, embeddings_of_a_vendor_stay_its_own_beside_openrouter) {
  FaultUpstream openai(FaultUpstream::answering(json_answer(vectors)));
  FaultUpstream openrouter(FaultUpstream::answering(json_answer(vectors)));
  const SeveralProviders both(
      {{.key = "openai", .url = openai.url(), .model = "text-embedding-3-small", .bare_list = true},
       {.key = "openrouter",
        .url = openrouter.url(),
        .model = "openai/text-embedding-3-small",
        .output_modality = "embeddings"}});
  Gateway gateway(both.options());
  const auto got = gateway.post(
      "/api/v1/embeddings",
      R"({"model":"text-embedding-3-small","input":"Hi","provider":{"order":["openai"]}})");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(openai.request_count(), 1);
  EXPECT_EQ(openrouter.connection_count(), 0);
}

}  // namespace
}  // namespace tollway::test
