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

TEST(Standings, KeysShareWhatAModelAndItsProviderAllow) {
  Standings standings;
  routing::Standing& before = standings.endpoint("openai", "", "openai/gpt-4o");
  EXPECT_EQ(before.of_provider.load(), nullptr);
  standings.share("openai",
                  {.provider = {.concurrent = 3}, .models = {{"gpt-4o", {.concurrent = 1}}}});
  routing::Standing& other_key = standings.endpoint("openai", "2", "openai/gpt-4o");
  routing::Standing& other_model = standings.endpoint("openai", "2", "openai/o3");
  ASSERT_NE(before.of_provider.load(), nullptr);
  EXPECT_EQ(before.of_provider.load(), other_key.of_provider.load());
  EXPECT_EQ(before.of_provider.load(), other_model.of_provider.load());
  ASSERT_NE(before.of_model.load(), nullptr);
  EXPECT_EQ(before.of_model.load(), other_key.of_model.load());
  EXPECT_EQ(other_model.of_model.load(), nullptr);
  EXPECT_EQ(standings.endpoint("groq", "", "openai/gpt-4o").of_model.load(), nullptr);

  const routing::TimePoint now{std::chrono::hours(1)};
  EXPECT_TRUE(before.of_model.load()->enter(1, now));
  EXPECT_FALSE(other_key.of_model.load()->enter(1, now));
  standings.share("openai", {});
  EXPECT_TRUE(other_key.of_model.load()->enter(1, now)) << "nothing limits them any more";
}

TEST(Standings, BreakersGoByTheNewestOptions) {
  Standings standings;
  const routing::TimePoint now{std::chrono::hours(1)};
  auto& breaker = standings.endpoint("openai", "", "a").breaker;
  standings.use({.failures_in_a_row = 1});
  breaker.ended(routing::Outcome::failure, {}, now, now);
  EXPECT_EQ(breaker.state(now), routing::Breaker::State::open) << "those there are";
  auto& later = standings.endpoint("openai", "", "b").breaker;
  later.ended(routing::Outcome::failure, {}, now, now);
  EXPECT_EQ(later.state(now), routing::Breaker::State::open) << "and those that come";
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
