// A vendor's tiers of service are endpoints of their own (wire.md 4.4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ledger_rows.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";
// It does not say which tier served.
constexpr auto served =
    R"({"id":"c","object":"chat.completion","model":"gpt-5","choices":[{"index":0,"message":)"
    R"({"role":"assistant","content":"Hi"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}})";

class VendorTiers : public testing::Test {
 protected:
  // What the vendor is asked for, and what that costs, in nanodollars.
  struct Asked {
    std::string tier;  // empty: it is left to the vendor
    std::optional<std::int64_t> cost;
    bool operator==(const Asked&) const = default;
  };
  Asked ask(std::string_view members) {
    const SeveralProviders one(
        {{.key = "openai", .url = upstream_.url(), .model = "gpt-5", .bare_list = true}});
    Gateway gateway(one.options({{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}}));
    const auto answer = gateway.post(path, fmt::format(R"({{{},"messages":[]}})", members));
    EXPECT_EQ(answer.status, 200) << answer.body;
    gateway.stop();
    const auto rows = ledger_rows(gateway.data());
    const auto body =
        upstream_.request(static_cast<std::size_t>(upstream_.request_count() - 1)).body_json();
    const auto* const tier = body.as_object().if_contains("service_tier");
    return {.tier = tier == nullptr ? "" : std::string(tier->as_string()),
            .cost = rows.empty() ? std::nullopt : rows.back().computed};
  }
  bool priority_is_full_ = false;
  FaultUpstream upstream_{FaultUpstream::answering([this](const Request& request) {
    const bool refused = priority_is_full_ && request.body.contains(R"("priority")");
    return refused ? answer(503, "application/json", R"({"error":{"message":"no capacity"}})")
                   : json_answer(served);
  })};
};

TEST_F(VendorTiers, are_asked_for_on_demand_alone) {
  const Asked standard{.tier = "", .cost = 2'250'000};
  const Asked flex{.tier = "flex", .cost = 1'125'000};
  EXPECT_EQ(ask(R"("model":"gpt-5")"), standard);
  EXPECT_EQ(ask(R"("model":"gpt-5:floor")"), flex);
  EXPECT_EQ(ask(R"("model":"gpt-5:floor","provider":{"sort":"price"})"), standard);
  EXPECT_EQ(ask(R"("model":"gpt-5","service_tier":"flex")"), flex);
  EXPECT_EQ(ask(R"("model":"gpt-5","provider":{"only":["openai/flex"]})"), flex);
  EXPECT_EQ(ask(R"("model":"gpt-5","speed":"fast")"),
            (Asked{.tier = "priority", .cost = 4'500'000}));
}

TEST_F(VendorTiers, priority_that_is_full_becomes_the_usual_one_at_its_price) {
  priority_is_full_ = true;
  EXPECT_EQ(ask(R"("model":"gpt-5","service_tier":"priority")"),
            (Asked{.tier = "default", .cost = 2'250'000}));
  EXPECT_EQ(upstream_.request_count(), 2);
}

}  // namespace
}  // namespace tollway::test
