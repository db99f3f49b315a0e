// Usage as vendors lay it out, on the real program: what it costs in the answer and in the ledger.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

GatewayOptions before(std::string_view vendor, const FaultUpstream& upstream) {
  const std::string upper = vendor == "openai" ? "OPENAI" : "ANTHROPIC";
  return {.environment = {{"TOLLWAY_LLM_PROVIDER", std::string(vendor)},
                          {upper + "_API_KEY", "sk-own-canary-51e0c7"},
                          {"TOLLWAY_LLM_" + upper + "_URL", upstream.url()}}};
}

std::string answered(std::string_view usage) {
  return fmt::format(R"({{"id":"c-1","model":"gpt-4o","choices":[],"usage":{}}})", usage);
}

std::string response_with(std::string_view usage) {
  return fmt::format(R"({{"id":"r-1","object":"response","model":"gpt-4o","output":[],)"
                     R"("status":"completed","usage":{}}})",
                     usage);
}

struct Asked {
  std::string_view path = "chat/completions";
  std::string_view vendor = "openai";
  std::string_view model = "gpt-4o";
  bool stream = false;
};

// In dollars; below zero where the answer does not say what the ledger does.
double cost_in(const Asked& asked, const std::string& sent) {
  const FaultUpstream upstream(
      FaultUpstream::answering(asked.stream ? sse_answer(sent) : json_answer(sent)));
  Gateway gateway(before(asked.vendor, upstream));
  const auto answer =
      gateway.post(fmt::format("/v1/{}", asked.path),
                   fmt::format(R"({{"model":"{}","stream":{}}})", asked.model, asked.stream));
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_EQ(rows.size(), 1U);
  if (rows.size() != 1 || !rows[0].computed) return -1;
  EXPECT_FALSE(rows[0].flags & flag_estimated);
  const auto cost = static_cast<double>(*rows[0].computed) / 1e9;
  const bool shown = answer.body.contains(fmt::format(R"("cost":{},)", cost));
  EXPECT_TRUE(shown) << answer.body;
  return shown ? cost : -1;
}

// 400 x $2.50 + 600 x $1.25 + 100 x $10 a million.
TEST(CostOfUsage, of_cached_tokens) {
  const auto chat = answered(R"({"prompt_tokens":1000,"completion_tokens":100,)"
                             R"("prompt_tokens_details":{"cached_tokens":600}})");
  EXPECT_EQ(cost_in({}, chat), 0.00275);
  EXPECT_EQ(cost_in({.stream = true}, fmt::format("data: {}\n\ndata: [DONE]\n\n", chat)), 0.00275);
  const auto response = response_with(R"({"input_tokens":1000,"output_tokens":100,)"
                                      R"("input_tokens_details":{"cached_tokens":600}})");
  EXPECT_EQ(cost_in({.path = "responses"}, response), 0.00275);
  EXPECT_EQ(cost_in({.path = "responses", .stream = true},
                    fmt::format(R"(data: {{"type":"response.completed","sequence_number":0,)"
                                R"("response":{}}})"
                                "\n\n",
                                response)),
            0.00275);
}

// 100,000 tokens that stay for an hour, at $6 a million, 10 x $3 and 5 x $15.
TEST(CostOfUsage, of_hourly_cache_writes_is_the_same_whole_and_streamed) {
  constexpr std::string_view written =
      R"("input_tokens":10,"cache_creation_input_tokens":100000,"cache_read_input_tokens":0)";
  constexpr std::string_view split =
      R"("cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":100000})";
  Asked asked{.path = "messages", .vendor = "anthropic", .model = "claude-sonnet-4-5"};
  EXPECT_EQ(cost_in(asked, fmt::format(R"({{"id":"m","type":"message","model":"{}","content":[],)"
                                       R"("stop_reason":"end_turn","usage":)"
                                       R"({{{},{},"output_tokens":5}}}})",
                                       asked.model, written, split)),
            0.600105);
  asked.stream = true;
  EXPECT_EQ(
      cost_in(asked,
              fmt::format(
                  "event: message_start\n"
                  R"(data: {{"type":"message_start","message":{{"id":"m","model":"{}","usage":)"
                  R"({{{},{},"output_tokens":1}}}}}})"
                  "\n\nevent: message_delta\n"
                  R"(data: {{"type":"message_delta","delta":{{"stop_reason":"end_turn"}},"usage":)"
                  R"({{{},"output_tokens":5}}}})"
                  "\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n",
                  asked.model, written, split, written)),
      0.600105);
}

// xAI's counts, at gpt-4o's prices: 10,120 x $2.50 + (1,499 + 2,809) x $10 a million.
TEST(CostOfUsage, holds_reasoning_that_is_counted_beside_the_completion) {
  EXPECT_EQ(cost_in({}, answered(R"({"prompt_tokens":10120,"completion_tokens":1499,)"
                                 R"("total_tokens":14428,)"
                                 R"("completion_tokens_details":{"reasoning_tokens":2809}})")),
            0.06838);
}

}  // namespace
}  // namespace tollway::test
