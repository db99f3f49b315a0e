#include "gateway/ledger_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dialects/json_reader.hpp"

namespace tollway::gateway {
namespace {

using ledger::AttemptRecord;
using testing::HasSubstr;
using testing::Not;

AttemptRecord attempt(std::string_view outcome, std::optional<Money> computed) {
  AttemptRecord record;
  record.provider = "openai";
  record.model = "gpt-4o";
  record.route = "chat/completions";
  record.outcome = outcome;
  record.computed = computed;
  return record;
}

ledger::RequestReport request(std::vector<AttemptRecord> attempts, std::optional<Money> cost) {
  ledger::RequestReport report;
  report.id = "req-1";
  report.attempts = std::move(attempts);
  report.cost = cost;
  return report;
}

TEST(GenerationJson, what_is_not_known_of_an_attempt_is_left_out) {
  const auto report = request({attempt("connect_failed", Money{})}, Money{});
  const auto text = generation_json(report);
  EXPECT_THAT(text, HasSubstr(R"("provider_responses":[{"status":null,"provider_name":"openai",)"
                              R"("model_permaslug":"gpt-4o","is_byok":false,)"
                              R"("outcome":"connect_failed"}])"));
  EXPECT_TRUE(dialects::parse_object(text));
}

TEST(GenerationJson, what_is_known_of_an_attempt_is_there) {
  auto record = attempt("ok", Money{1'500});
  record.status = 200;
  record.upstream_id = "gen-1";
  record.first_byte_us = 2'900;
  const auto report = request({record}, Money{1'500});
  const auto text = generation_json(report);
  EXPECT_THAT(text,
              HasSubstr(R"([{"status":200,"provider_name":"openai","id":"gen-1","latency":2,)"));
  EXPECT_THAT(text, HasSubstr(R"("total_cost":0.0000015,"usage":0.0000015,"cost_known":true,)"));
}

TEST(GenerationJson, the_tier_of_service_is_in_openrouters_words) {
  using llm::ServiceTier;
  const auto with = [](std::optional<ServiceTier> tier) {
    auto record = attempt("ok", Money{1'500});
    record.pricing.tier = tier;
    return generation_json(request({record}, Money{1'500}));
  };
  EXPECT_THAT(with(ServiceTier::flex), HasSubstr(R"("service_tier":"flex",)"));
  EXPECT_THAT(with(ServiceTier::priority), HasSubstr(R"("service_tier":"priority",)"));
  EXPECT_THAT(with(ServiceTier::standard), HasSubstr(R"("service_tier":"default",)"));
  EXPECT_THAT(with(ServiceTier::other), HasSubstr(R"("service_tier":null,)"));
  EXPECT_THAT(with(std::nullopt), HasSubstr(R"("service_tier":null,)"));
}

// Both are numbers in OpenRouter's schema.
TEST(GenerationJson, an_unknown_cost_is_the_known_part_and_says_so) {
  const auto report =
      request({attempt("upstream_timeout", std::nullopt), attempt("ok", Money{1'500})}, {});
  const auto text = generation_json(report);
  EXPECT_THAT(text, HasSubstr(R"("total_cost":0.0000015,"usage":0.0000015,"cost_known":false,)"));
  EXPECT_THAT(text, Not(HasSubstr(R"("total_cost":null)")));
}

}  // namespace
}  // namespace tollway::gateway
