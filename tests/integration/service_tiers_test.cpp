// What another tier of service costs is not what the standard one costs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"
#include "support/waiting.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

class ServiceTiers : public testing::Test {
 protected:
  static GatewayOptions options(const FaultUpstream& upstream) {
    return {.environment = {{"TOLLWAY_LLM_PROVIDER", "openai"},
                            {"OPENAI_API_KEY", "sk-own-canary-4410cd9e"},
                            {"TOLLWAY_LLM_OPENAI_URL", upstream.url()}}};
  }
  // The cost in nanodollars of 1000 and 100 tokens that OpenAI answers with; its answers end with
  // `more`. Nullopt: unknown, in the answer as in the ledger.
  static std::optional<std::int64_t> cost(std::string_view model, std::string_view asked,
                                          std::string_view more) {
    const FaultUpstream upstream(FaultUpstream::answering(json_answer(
        fmt::format(R"({{"id":"c","model":"{}","choices":[],"usage":{{"prompt_tokens":1000,)"
                    R"("completion_tokens":100}}{}}})",
                    model, more))));
    Gateway gateway(options(upstream));
    const auto answer =
        gateway.post("/v1/chat/completions", fmt::format(R"({{"model":"{}"{}}})", model, asked));
    EXPECT_EQ(answer.status, 200);
    gateway.stop();
    const auto rows = ledger_rows(gateway.data());
    EXPECT_EQ(rows.size(), 1U);
    if (rows.empty()) return std::nullopt;
    EXPECT_EQ(rows[0].input, 1000) << "the tokens are counted whatever they cost";
    EXPECT_EQ(answer.body.contains(R"("cost":)"), rows[0].computed.has_value());
    return rows[0].computed;
  }
};

constexpr std::string_view flex = R"(,"service_tier":"flex")";
constexpr std::string_view priority = R"(,"service_tier":"priority")";
constexpr std::string_view standard = R"(,"service_tier":"default")";

TEST_F(ServiceTiers, the_one_that_served_is_priced) {
  EXPECT_EQ(cost("gpt-5", "", standard), 2'250'000);
  EXPECT_EQ(cost("gpt-5", flex, flex), 1'125'000);
  EXPECT_EQ(cost("gpt-5", priority, priority), 4'500'000);
  EXPECT_EQ(cost("gpt-5", priority, standard), 2'250'000) << "asked for and not given";
}

TEST_F(ServiceTiers, where_none_is_stated_the_one_that_was_asked_for_counts) {
  EXPECT_EQ(cost("gpt-5", flex, ""), 1'125'000);
  EXPECT_EQ(cost("gpt-5", R"(,"service_tier":"auto")", ""), 2'250'000);
}

TEST_F(ServiceTiers, without_a_price_of_its_own_the_cost_is_unknown) {
  EXPECT_EQ(cost("gpt-4o", "", flex), std::nullopt);
  EXPECT_EQ(cost("gpt-4o", flex, ""), std::nullopt);
  EXPECT_EQ(cost("gpt-5", "", R"(,"service_tier":"scale")"), std::nullopt);
}

TEST_F(ServiceTiers, a_stream_says_at_its_end_what_served_it) {
  const std::string event =
      R"(data: {"id":"c","model":"gpt-5","service_tier":"flex","choices":[],"usage":)"
      R"({"prompt_tokens":1000,"completion_tokens":100}})";
  const FaultUpstream upstream(
      FaultUpstream::answering(sse_answer(event + "\n\ndata: [DONE]\n\n")));
  Gateway gateway(options(upstream));
  const auto answer =
      gateway.post("/v1/chat/completions",
                   R"({"model":"gpt-5","stream":true,"service_tier":"auto","messages":[]})");
  EXPECT_THAT(answer.body, HasSubstr(R"("cost":0.001125)"));
  gateway.stop();
  EXPECT_EQ(ledger_rows(gateway.data()).at(0).computed, 1'125'000);
}

// A server of one's own is free in whatever tier it is asked for.
TEST_F(ServiceTiers, own_servers_stay_free) {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(
      R"({"id":"c","model":"own","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})")));
  Gateway gateway({.environment = {{"TOLLWAY_LLM_PROVIDER", "vllm"},
                                   {"TOLLWAY_LLM_VLLM_URL", upstream.url()}}});
  EXPECT_EQ(gateway.post("/v1/chat/completions", R"({"model":"own","service_tier":"flex"})").status,
            200);
  gateway.stop();
  EXPECT_EQ(ledger_rows(gateway.data()).at(0).computed, 0);
}

// OpenRouter's list has the standard tier alone; its endpoints of that tier have the rest.
TEST_F(ServiceTiers, openrouters_are_priced_as_its_endpoints_of_the_tier_say) {
  std::atomic<int> answers = 0;
  const FaultUpstream upstream(FaultUpstream::answering([&answers](const Request& request) {
    if (request.target.ends_with("/models/openai/gpt-4o/endpoints")) {
      return json_answer(
          R"({"data":{"id":"openai/gpt-4o","endpoints":[)"
          R"({"tag":"openai","pricing":{"prompt":"0.0000025","completion":"0.00001"}},)"
          R"({"tag":"openai/flex","pricing":{"prompt":"0.000002","completion":"0.000004"}}]}})");
    }
    return json_answer(fmt::format(R"({{"id":"gen-{}","model":"openai/gpt-4o","choices":[],)"
                                   R"("service_tier":"flex","usage":{{"prompt_tokens":1000,)"
                                   R"("completion_tokens":100}}}})",
                                   ++answers));
  }));
  Gateway gateway(upstream);
  const auto is_priced = [&] {
    const auto answer = gateway.post("/api/v1/chat/completions",
                                     R"({"model":"openai/gpt-4o","service_tier":"flex"})");
    EXPECT_EQ(answer.status, 200);
    std::string known;
    EXPECT_TRUE(wait_until([&] {
      const auto answer = gateway.get(fmt::format("/api/v1/generation?id=gen-{}", answers.load()));
      known = answer.body;
      return answer.status == 200;
    }));
    EXPECT_THAT(known, HasSubstr(R"("service_tier":"flex")"));
    return known.contains(R"("computed_cost":0.0024)");
  };
  EXPECT_TRUE(wait_until(is_priced));
  gateway.stop();
  for (const auto& row : ledger_rows(gateway.data())) {
    EXPECT_TRUE(!row.computed || *row.computed == 2'400'000) << "never another tier's price";
  }
}

}  // namespace
}  // namespace tollway::test
