#include "gateway/measured.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "routing/failure.hpp"

namespace tollway::gateway {
namespace {

namespace json = boost::json;

const routing::TimePoint now{std::chrono::hours(100)};

void record(routing::Standing& standing, const routing::Attempt& attempt, int times) {
  for (int i = 0; i < times; ++i) {
    standing.health.begin();
    standing.health.record(attempt, now);
  }
}

TEST(Measured, OfAModelIsThatOfAllItsKeysTogether) {
  dispatch::Standings standings;
  record(standings.endpoint("openai", "", "openai/gpt-4o"),
         {.outcome = routing::Outcome::success, .first_token_s = 1.0F}, 12);
  record(standings.endpoint("openai", "2", "openai/gpt-4o"), {.outcome = routing::Outcome::failure},
         4);
  record(standings.endpoint("openai", "", "openai/other"), {.outcome = routing::Outcome::failure},
         50);
  const auto measured = gateway::measured(standings, "openai", "openai/gpt-4o", now);
  EXPECT_EQ(measured.uptime_last_5m, 75);
  EXPECT_EQ(measured.uptime_last_30m, 75);
  EXPECT_EQ(measured.uptime_last_1d, 75);
  ASSERT_TRUE(measured.latency_ms);
  EXPECT_NEAR(measured.latency_ms->front(), 1000, 50);
  EXPECT_FALSE(gateway::measured(standings, "groq", "openai/gpt-4o", now).uptime_last_1d);
}

TEST(Measured, HealthHasClassesAndThreeWindows) {
  dispatch::Standings standings;
  auto& standing = standings.endpoint("openai", "", "openai/gpt-4o");
  record(standing, {.outcome = routing::Outcome::success, .first_byte_s = 0.5F}, 9);
  record(standing,
         {.outcome = routing::Outcome::failure, .failure = routing::FailureClass::overloaded}, 3);
  const auto health = json::parse(health_json(standings, now));
  for (const auto* window : {"30s", "5m", "30m"}) {
    const auto& shown = health.at("data").at(0).at("windows").at(window);
    EXPECT_EQ(shown.at("requests"), json::parse(R"({"successes":9,"failures":3,"throttled":0})"));
    EXPECT_EQ(shown.at("errors"), json::parse(R"({"overloaded":3})"));
    EXPECT_EQ(shown.at("uptime"), json::value(75.0));
    EXPECT_NEAR(shown.at("first_byte").at("p99").to_number<double>(), 500, 25);
    EXPECT_EQ(shown.at("latency"), json::value(nullptr));
  }
}

}  // namespace
}  // namespace tollway::gateway
