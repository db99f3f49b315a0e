// data/settings/routing.json and what src/routing does where nobody says anything.
#include "settings/routing_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/breaker.hpp"
#include "routing/course.hpp"
#include "routing/endpoint.hpp"
#include "routing/line.hpp"
#include "routing/strategy.hpp"
#include "settings/definitions.hpp"
#include "settings/provider_definitions.hpp"

namespace tollway::settings {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& key, const std::string& value) {
  const auto snapshot = SettingsSnapshot::from({{key, value}});
  return snapshot ? "accepted" : snapshot.error().message;
}

TEST(RoutingSettings, DefaultsAreThoseOfRouting) {
  const RoutingSettings settings = routing_settings_from(SettingsSnapshot());
  const routing::CourseOptions course;
  EXPECT_EQ(settings.attempts_here_max, course.attempts_here_max);
  EXPECT_EQ(settings.first_delay, course.first_delay);
  EXPECT_EQ(settings.delay_max, course.delay_max);
  EXPECT_EQ(settings.retry_after_max, course.retry_after_max);
  EXPECT_EQ(settings.queue_wait_max, course.queue_wait_max);
  EXPECT_EQ(settings.key_rest_first, course.key_rest.first);
  EXPECT_EQ(settings.key_rest_max, course.key_rest.max);
  EXPECT_EQ(settings.queue_max, routing::Line::usual_max);
  const routing::BreakerOptions breaker;
  EXPECT_EQ(settings.breaker.failures_in_a_row, breaker.failures_in_a_row);
  EXPECT_EQ(settings.breaker.judged_min, breaker.judged_min);
  EXPECT_EQ(settings.breaker.failure_share, breaker.failure_share);
  EXPECT_EQ(settings.breaker.open_first, breaker.open_first);
  EXPECT_EQ(settings.breaker.open_max, breaker.open_max);
  EXPECT_EQ(settings.breaker.early_probe_every, breaker.early_probe_every);
  EXPECT_EQ(settings.retry_share, 0.2);
  EXPECT_EQ(settings.retries_saved_max, 10);
  EXPECT_EQ(settings.strategy, "price_weighted");
}

TEST(RoutingSettings, EveryStrategyCanBeChosen) {
  const auto* const definition = Definitions::built_in()->find("routing.strategy");
  ASSERT_NE(definition, nullptr);
  EXPECT_EQ(definition->options.size(), routing::strategies::all().size());
  for (const auto& option : definition->options) {
    EXPECT_NE(routing::strategy_named(option.value), nullptr) << option.value;
  }
}

TEST(RoutingSettings, AreReadAndHeldToTheirRanges) {
  const auto snapshot = SettingsSnapshot::from({{"routing.strategy", "least_busy"},
                                                {"routing.attempts_here_max", "1"},
                                                {"routing.retry_share", "0.05"},
                                                {"routing.first_delay", "0.25"},
                                                {"routing.delay_max", "2"},
                                                {"routing.breaker.failures_in_a_row", "7"},
                                                {"routing.breaker.judged_min", "30"},
                                                {"routing.breaker.failure_share", "0.8"},
                                                {"routing.breaker.open_first", "1.5"},
                                                {"routing.breaker.open_max", "60"},
                                                {"routing.breaker.early_probe_every", "0.5"},
                                                {"routing.retries_saved_max", "0"},
                                                {"routing.retry_after_max", "30"},
                                                {"routing.queue_max", "16"},
                                                {"routing.queue_wait_max", "2.5"},
                                                {"routing.key_rest_first", "5"},
                                                {"routing.key_rest_max", "50"}});
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const RoutingSettings settings = routing_settings_from(*snapshot);
  EXPECT_EQ(settings.strategy, "least_busy");
  EXPECT_EQ(settings.attempts_here_max, 1);
  EXPECT_EQ(settings.retry_share, 0.05);
  EXPECT_EQ(settings.first_delay, std::chrono::milliseconds(250));
  EXPECT_EQ(settings.delay_max, std::chrono::seconds(2));
  EXPECT_EQ(settings.breaker.failures_in_a_row, 7);
  EXPECT_EQ(settings.breaker.judged_min, 30);
  EXPECT_EQ(settings.breaker.failure_share, 0.8);
  EXPECT_EQ(settings.breaker.open_first, std::chrono::milliseconds(1500));
  EXPECT_EQ(settings.breaker.open_max, std::chrono::minutes(1));
  EXPECT_EQ(settings.breaker.early_probe_every, std::chrono::milliseconds(500));
  EXPECT_EQ(settings.retries_saved_max, 0);
  EXPECT_EQ(settings.retry_after_max, std::chrono::seconds(30));
  EXPECT_EQ(settings.queue_max, 16U);
  EXPECT_EQ(settings.queue_wait_max, std::chrono::milliseconds(2500));
  EXPECT_EQ(settings.key_rest_first, std::chrono::seconds(5));
  EXPECT_EQ(settings.key_rest_max, std::chrono::seconds(50));

  EXPECT_THAT(refusal("routing.strategy", "cheapest"), HasSubstr("expected one of"));
  EXPECT_THAT(refusal("routing.attempts_here_max", "0"), HasSubstr("1 to 10"));
  EXPECT_THAT(refusal("routing.retry_share", "1.5"), HasSubstr("0 to 1"));
  EXPECT_THAT(refusal("routing.breaker.failure_share", "0"), HasSubstr("0.01 to 1"));
}

TEST(RoutingSettings, KeysMayShareLimits) {
  const auto limits_of = [](const std::string& value) {
    const auto snapshot = SettingsSnapshot::from({{"llm.groq.shared_limits", value}});
    return shared_limits_from(*snapshot, "groq");
  };
  const auto limits = limits_of(
      R"({"*":{"requests_per_minute":600},"gpt-4o":{"tokens_per_minute":9,"concurrent_max":8}})");
  ASSERT_TRUE(limits) << limits.error().message;
  EXPECT_EQ(limits->provider.requests_a_minute, 600);
  ASSERT_EQ(limits->models.size(), 1);
  EXPECT_EQ(limits->models[0].first, "gpt-4o");
  EXPECT_EQ(limits->models[0].second.tokens_a_minute, 9);
  EXPECT_EQ(limits->models[0].second.concurrent, 8);
  EXPECT_TRUE(shared_limits_from(SettingsSnapshot(), "groq")->models.empty());
  for (const char* wrong : {"[]", R"({"*":5})", R"({"*":{"requests":5}})",
                            R"({"*":{"concurrent_max":-1}})", R"({"*":{"concurrent_max":"8"}})"}) {
    const auto refused = limits_of(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().message, HasSubstr("requests_per_minute"));
  }
  EXPECT_THAT(refusal("llm.groq.shared_limits", "many"), HasSubstr("JSON"));
}

TEST(RoutingSettings, EveryProviderHasLimits) {
  const auto snapshot = SettingsSnapshot::from({{"llm.groq.requests_per_minute", "30"},
                                                {"llm.groq.tokens_per_minute", "10000000000"},
                                                {"llm.groq.concurrent_max", "4"}});
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const ProviderLimits limits = provider_limits_from(*snapshot, "groq");
  EXPECT_EQ(limits.requests_a_minute, 30);
  EXPECT_EQ(limits.tokens_a_minute, 10'000'000'000);
  EXPECT_EQ(limits.concurrent, 4);
  EXPECT_EQ(provider_limits_from(*snapshot, "openai").requests_a_minute, 0);
  EXPECT_THAT(refusal("llm.groq.concurrent_max", "-1"), HasSubstr("0 to 1000000"));
  const auto with = Definitions::with(provider_definitions("acme", "Acme"));
  ASSERT_TRUE(with);
  EXPECT_NE((*with)->find("llm.acme.requests_per_minute"), nullptr);
}

TEST(RoutingSettings, EveryProviderHasAWeightAndPoliciesThatTheOperatorStates) {
  const auto snapshot = SettingsSnapshot::from({{"llm.groq.routing_weight", "2.5"},
                                                {"llm.groq.data_collection", "none"},
                                                {"llm.groq.zdr", "yes"},
                                                {"llm.groq.distillable", "no"},
                                                {"llm.groq.quantization", "fp8"},
                                                {"llm.openai.data_collection", "collects"}});
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const ProviderRouting groq = provider_routing_from(*snapshot, "groq");
  EXPECT_EQ(groq.weight, 2.5);
  EXPECT_EQ(groq.collects, false);
  EXPECT_EQ(groq.zero_retention, true);
  EXPECT_EQ(groq.distillable, false);
  EXPECT_EQ(groq.quantization, "fp8");
  const ProviderRouting openai = provider_routing_from(*snapshot, "openai");
  EXPECT_EQ(openai.weight, 1);
  EXPECT_EQ(openai.collects, true);
  EXPECT_EQ(openai.zero_retention, std::nullopt);
  EXPECT_EQ(openai.quantization, "unknown");
  EXPECT_THAT(refusal("llm.groq.routing_weight", "-1"), HasSubstr("0 to 1000000"));
  EXPECT_THAT(refusal("llm.groq.quantization", "fp9"), HasSubstr("expected one of"));
  for (const auto& option : Definitions::built_in()->find("llm.groq.quantization")->options) {
    EXPECT_TRUE(routing::quantization_named(option.value)) << option.value;
  }
}

TEST(RoutingSettings, EveryProvidersBreakerCanBeSetByHand) {
  const auto snapshot =
      SettingsSnapshot::from({{"llm.groq.breaker", "open"}, {"llm.openai.breaker", "closed"}});
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(breaker_by_hand_from(*snapshot, "groq"), BreakerByHand::open);
  EXPECT_EQ(breaker_by_hand_from(*snapshot, "openai"), BreakerByHand::closed);
  EXPECT_EQ(breaker_by_hand_from(*snapshot, "anthropic"), BreakerByHand::automatic);
  EXPECT_THAT(refusal("llm.groq.breaker", "ajar"), HasSubstr("expected one of"));
}

}  // namespace
}  // namespace tollway::settings
