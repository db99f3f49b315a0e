// A catalogue of vendors alone: what their lists leave out, the built-in sheets know.
#include <fmt/format.h>

#include <chrono>

#include "catalog/catalog.hpp"

namespace tollway::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

std::map<std::string, std::string> openai_at(const std::string& url) {
  return {{"TOLLWAY_LLM_PROVIDER", "openai"},
          {"TOLLWAY_LLM_OPENAI_URL", url},
          {"OPENAI_API_KEY", "sk-for-tests-only"}};
}

std::map<std::string, std::string> anthropic_at(const std::string& url) {
  return {{"TOLLWAY_LLM_PROVIDER", "anthropic"},
          {"TOLLWAY_LLM_ANTHROPIC_URL", url},
          {"ANTHROPIC_API_KEY", "sk-ant-for-tests-only"}};
}

std::string url_of(const FaultUpstream& upstream) {
  return fmt::format("http://127.0.0.1:{}/v1", upstream.port());
}

class WithoutOpenRouter : public testing::Test {
 protected:
  FaultUpstream openai_{FaultUpstream::answering(json_answer(
      R"({"object":"list","data":[{"id":"gpt-4o","object":"model","created":1715367049},)"
      R"({"id":"gpt-4-0613","object":"model"},{"id":"gpt-4","object":"model"}]})"))};
};

TEST_F(WithoutOpenRouter, a_vendors_models_have_prices_limits_and_parameters) {
  const Gateway gateway({.environment = openai_at(url_of(openai_))});
  const auto list = gateway.get("/api/v1/models").body_json();
  EXPECT_THAT(ids_in(list),
              testing::UnorderedElementsAre("openai/gpt-4o", "openai/gpt-4-0613", "openai/gpt-4"));
  const auto row = gateway.get("/api/v1/model/openai/gpt-4o").body_json();
  EXPECT_EQ(text_at(row, "/data/pricing/prompt"), "0.0000025");
  EXPECT_EQ(at(row, "/data/context_length"), json::value(128'000));
  const auto answer = gateway.get("/api/v1/models/openai/gpt-4o/endpoints").body_json();
  EXPECT_EQ(text_at(answer, "/data/endpoints/0/pricing/completion"), "0.00001");
  EXPECT_EQ(at(answer, "/data/endpoints/0/context_length"), json::value(128'000));
  EXPECT_THAT(at(answer, "/data/endpoints/0/supported_parameters").as_array(),
              Contains(json::value("tools")));
  EXPECT_THAT(ids_in(gateway.get("/api/v1/models?max_price=100").body_json()),
              Contains("openai/gpt-4o"));
  EXPECT_THAT(ids_in(gateway.get("/api/v1/models?max_price=1").body_json()), ElementsAre());
}

TEST_F(WithoutOpenRouter, the_operators_prices_are_shown) {
  const TemporaryDirectory files;
  const auto file = files.path() / "tollway.toml";
  replace_file(file,
               "[[pricing.overrides]]\nprovider = \"openai\"\nmodel = \"gpt-4o\"\n"
               "input = { base = \"0.5\", above = [[200000, \"1\"]] }\noutput = \"2\"\n");
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const Gateway gateway(
      {.environment = openai_at(url_of(openai_)), .flags = {"--config", file.string()}});
  const auto row = gateway.get("/api/v1/model/openai/gpt-4o").body_json();
  EXPECT_EQ(text_at(row, "/data/pricing/prompt"), "0.0000005");
  EXPECT_EQ(at(row, "/data/pricing/overrides/0/min_prompt_tokens"), json::value(200'000));
  EXPECT_EQ(text_at(row, "/data/pricing/overrides/0/prompt"), "0.000001");
  EXPECT_THAT(ids_in(gateway.get("/api/v1/models?max_price=1").body_json()),
              ElementsAre("openai/gpt-4o"));
}

TEST_F(WithoutOpenRouter, a_vendor_that_was_never_reached_is_expected_to_have_what_it_makes) {
  const Gateway gateway({.environment = anthropic_at("http://127.0.0.1:1/v1")});
  const auto ids = ids_in(gateway.get("/api/v1/models").body_json());
  EXPECT_THAT(ids, Contains("anthropic/claude-sonnet-4.5"));
  EXPECT_THAT(ids, testing::Each(testing::StartsWith("anthropic/")));
  const auto answer = gateway.get("/api/v1/models/anthropic/claude-sonnet-4.5/endpoints");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body_json(), "/data/endpoints/0/pricing/prompt"), "0.000003");
  EXPECT_EQ(text_at(answer.body_json(), "/data/endpoints/0/tag"), "anthropic");
}

// Its spelling is a guess then, which is not put in the place of what a client knows.
TEST_F(WithoutOpenRouter, requests_to_a_vendor_that_was_never_reached_keep_their_spelling) {
  const FaultUpstream anthropic(FaultUpstream::answering([](const Request& request) {
    return request.method == "GET" ? answer(503, "application/json", "{}")
                                   : json_answer(R"({"id":"x","choices":[]})");
  }));
  const Gateway gateway({.environment = anthropic_at(url_of(anthropic))});
  EXPECT_EQ(gateway.get("/api/v1/models").status, 200);
  const auto sent = [&](std::string_view model) {
    static_cast<void>(gateway.post(
        "/api/v1/chat/completions",
        fmt::format(R"({{"model":"{}","messages":[{{"role":"user","content":"hi"}}]}})", model)));
    return text_at(parse_json(anthropic.requests().back().body), "/model");
  };
  EXPECT_EQ(sent("claude-sonnet-4-5-20250929"), "claude-sonnet-4-5-20250929");
  EXPECT_EQ(sent("anthropic/claude-sonnet-4.5"), "claude-sonnet-4-5");
}

// The first of two says nothing at all.
TEST(HungSource, keeps_no_other_back) {
  const FaultUpstream hung([](UpstreamConnection& connection) {
    while (connection.read_request()) {
      Signal never;
      static_cast<void>(connection.wait_for(never));
    }
  });
  const FaultUpstream vllm(FaultUpstream::answering(
      json_answer(R"({"object":"list","data":[{"id":"ours","object":"model"}]})")));
  auto environment = openai_at(url_of(hung));
  environment["TOLLWAY_LLM_VLLM_URL"] = url_of(vllm);
  const Gateway gateway({.environment = environment});
  const auto begin = std::chrono::steady_clock::now();
  const auto ids = ids_in(gateway.get("/api/v1/models").body_json());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
  EXPECT_THAT(ids, Contains("vllm/ours"));
  EXPECT_THAT(ids, Contains("openai/gpt-4o"));  // expected of it meanwhile
  // Nobody waits for it again.
  const auto again = std::chrono::steady_clock::now();
  EXPECT_EQ(gateway.get("/api/v1/models/count").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - again, std::chrono::seconds(3));
  EXPECT_EQ(hung.request_count(), 1);
}

TEST(VendorsAliases, name_their_models) {
  const FaultUpstream mistral(FaultUpstream::answering(
      json_answer(R"({"object":"list","data":[{"id":"mistral-large-2512","object":"model",)"
                  R"("aliases":["mistral-large-latest"],"deprecation":"2031-05-06T12:00:00Z",)"
                  R"("capabilities":{"completion_chat":true}}]})")));
  const Gateway gateway({.environment = {{"TOLLWAY_LLM_PROVIDER", "mistral"},
                                         {"TOLLWAY_LLM_MISTRAL_URL", url_of(mistral)},
                                         {"MISTRAL_API_KEY", "for-tests-only"}}});
  const auto row = gateway.get("/api/v1/model/mistralai/mistral-large-latest").body_json();
  EXPECT_EQ(text_at(row, "/data/expiration_date"), "2031-05-06");
  static_cast<void>(gateway.post(
      "/api/v1/chat/completions",
      R"({"model":"mistral-large-latest","messages":[{"role":"user","content":"hi"}]})"));
  EXPECT_EQ(text_at(parse_json(mistral.requests().back().body), "/model"), "mistral-large-2512");
}

}  // namespace
}  // namespace tollway::test
