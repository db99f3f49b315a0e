// Costs that nobody knows, and those that are not what the provider states, are told of in the log.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"
#include "support/waiting.hpp"

namespace tollway::test {
namespace {

FaultUpstream answering(std::string_view model, std::string_view usage) {
  return FaultUpstream(FaultUpstream::answering(json_answer(
      fmt::format(R"({{"id":"c-1","model":"{}","choices":[],"usage":{}}})", model, usage))));
}

std::size_t lines_with(const Gateway& gateway, std::string_view what) {
  const std::string log = gateway.standard_error();
  std::size_t count = 0;
  for (auto at = log.find(what); at != log.npos; at = log.find(what, at + 1)) ++count;
  return count;
}

TEST(CostEvents, an_unknown_price_is_told_of_once_for_a_model) {
  const auto upstream =
      answering("gpt-nobody-prices", R"({"prompt_tokens":1000,"completion_tokens":100})");
  Gateway gateway({.environment = {{"TOLLWAY_LLM_PROVIDER", "openai"},
                                   {"OPENAI_API_KEY", "sk-own-canary-4410cd9e"},
                                   {"TOLLWAY_LLM_OPENAI_URL", upstream.url()}}});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(gateway.post("/v1/chat/completions", R"({"model":"gpt-nobody-prices"})").status, 200);
  }
  constexpr std::string_view event =
      R"(event {"event":"cost.unknown","provider":"openai","model":"gpt-nobody-prices",)"
      R"("service_tier":"standard","attempts":1,"unknown":"price"})";
  EXPECT_TRUE(wait_until([&] { return lines_with(gateway, event) == 1; }))
      << gateway.standard_error();
  gateway.stop();
  EXPECT_EQ(lines_with(gateway, "cost."), 1U) << gateway.standard_error();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_EQ(rows.size(), 5U);
  for (const auto& row : rows) EXPECT_EQ(row.computed, std::nullopt);
}

TEST(CostEvents, a_stated_cost_over_one_percent_off_is_told_of_once_for_a_model) {
  // OpenRouter lists 0.0035 dollars for this.
  const auto upstream =
      answering("openai/gpt-4o", R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0036})");
  Gateway gateway(upstream);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(gateway.post("/v1/chat/completions", R"({"model":"openai/gpt-4o"})").status, 200);
  }
  constexpr std::string_view event =
      R"(event {"event":"cost.differs","provider":"openrouter","model":"openai/gpt-4o",)"
      R"("service_tier":"standard","attempts":1,"billed":"0.0036","computed":"0.0035"})";
  EXPECT_TRUE(wait_until([&] { return lines_with(gateway, event) == 1; }))
      << gateway.standard_error();
  gateway.stop();
  EXPECT_EQ(lines_with(gateway, "cost."), 1U) << gateway.standard_error();
}

TEST(CostEvents, what_costs_what_it_should_is_no_event) {
  const auto upstream =
      answering("openai/gpt-4o", R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0035})");
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post("/v1/chat/completions", R"({"model":"openai/gpt-4o"})").status, 200);
  gateway.stop();
  EXPECT_EQ(lines_with(gateway, "event {"), 0U) << gateway.standard_error();
}

}  // namespace
}  // namespace tollway::test
