#include "dispatch/standings.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tollway::dispatch {
namespace {

TEST(Standings, AreKeptByProviderKeyAndModel) {
  Standings standings;
  routing::Standing& one = standings.endpoint("openai", "", "openai/gpt-4o");
  EXPECT_EQ(&standings.endpoint("openai", "", "openai/gpt-4o"), &one);
  EXPECT_NE(&standings.endpoint("openai", "2", "openai/gpt-4o"), &one);
  EXPECT_NE(&standings.endpoint("openrouter", "", "openai/gpt-4o"), &one);
  EXPECT_NE(&standings.endpoint("openai", "", "openai/gpt-4o-mini"), &one);
  EXPECT_FALSE(one.any_model);
  EXPECT_TRUE(standings.endpoint("openai", "", "").any_model);
  EXPECT_EQ(standings.endpoints().size(), 5);
  EXPECT_EQ(standings.endpoints().front().model, "") << "in the order of their names";
}

TEST(Standings, OfOneKeyAreAllItsModels) {
  Standings standings;
  routing::Standing& any = standings.endpoint("openai", "2", "");
  routing::Standing& one = standings.endpoint("openai", "2", "a");
  (void)standings.endpoint("openai", "", "a");
  (void)standings.endpoint("openai", "3", "a");
  (void)standings.endpoint("openrouter", "2", "a");
  EXPECT_EQ(standings.endpoints_of("openai", "2"), (std::vector{&any, &one}));
  EXPECT_TRUE(standings.endpoints_of("groq", "").empty());
}

TEST(Standings, EndpointsOfAKeyShareIt) {
  Standings standings;
  routing::KeyStanding& key = standings.key("openai", "2", {});
  EXPECT_EQ(standings.endpoint("openai", "2", "a").key, &key);
  EXPECT_EQ(standings.endpoint("openai", "2", "b").key, &key);
  EXPECT_NE(standings.endpoint("openai", "", "a").key, &key);
  ASSERT_EQ(standings.keys().size(), 2);
  EXPECT_EQ(standings.keys()[1]->key_name(), "2");
}

TEST(Standings, AKeysLimitsAreThoseSetLast) {
  Standings standings;
  const routing::TimePoint now{std::chrono::hours(1)};
  routing::KeyStanding& key = standings.key("openai", "", {.concurrent = 1});
  EXPECT_TRUE(key.limiter.enter(1, now));
  EXPECT_FALSE(key.limiter.enter(1, now));
  EXPECT_EQ(&standings.key("openai", "", {.concurrent = 2}), &key);
  EXPECT_TRUE(key.limiter.enter(1, now)) << "those under way count on";
  EXPECT_FALSE(key.limiter.enter(1, now));
  (void)standings.key("openai", "", {});
  EXPECT_TRUE(key.limiter.enter(1, now));
}

TEST(Standings, ForcesAllOfAProviderNowAndLater) {
  using Breaker = routing::Breaker;
  Standings standings;
  const routing::TimePoint now{std::chrono::hours(1)};
  const auto state = [&](std::string_view provider, std::string_view model) {
    return standings.endpoint(provider, "", model).breaker.state(now);
  };
  (void)state("openai", "a");
  (void)state("groq", "a");
  standings.force("openai", Breaker::Force::open);
  EXPECT_EQ(state("openai", "a"), Breaker::State::open);
  EXPECT_EQ(state("openai", "b"), Breaker::State::open);
  EXPECT_EQ(state("groq", "a"), Breaker::State::closed);
  standings.force("openai", Breaker::Force::none);
  EXPECT_EQ(state("openai", "a"), Breaker::State::closed);
  EXPECT_EQ(state("openai", "c"), Breaker::State::closed);
}

TEST(Standings, BeyondTheirNumberModelsShareOne) {
  Standings standings;
  for (std::size_t i = 0; i < Standings::endpoints_max; ++i) {
    (void)standings.endpoint("openai", "", std::to_string(i));
  }
  routing::Standing& shared = standings.endpoint("openai", "", "one more");
  EXPECT_EQ(&shared, &standings.endpoint("openai", "", ""));
  EXPECT_TRUE(shared.any_model);
  EXPECT_EQ(standings.endpoints().size(), Standings::endpoints_max + 1);
}

}  // namespace
}  // namespace tollway::dispatch
