#include "routing/key_shares.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "routing/decide.hpp"

namespace tollway::routing {
namespace {

constexpr int draws = 20'000;

// A provider with several keys, and others with one.
struct Market {
  Market() { ask.prompt_tokens = ask.output_tokens = 100; }
  Market& add(std::string provider, double price, std::vector<double> weights) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      Endpoint& endpoint = endpoints.emplace_back();
      endpoint.provider = endpoint.tag = provider;
      endpoint.input = endpoint.output = {Modality::text};
      endpoint.prices.prompt = endpoint.prices.completion = static_cast<std::int64_t>(price);
      endpoint.key_weight = weights[i];
      endpoint.another_key = i > 0;
    }
    candidates.resize(endpoints.size());
    for (std::size_t i = 0; i < endpoints.size(); ++i) candidates[i].endpoint = &endpoints[i];
    return *this;
  }
  // "0 2 1": the candidates' order.
  std::string order() {
    router.decide(candidates, ask, candidates.size(), decision);
    std::string made;
    for (const Place& place : decision.places) {
      made += (made.empty() ? "" : " ") + std::to_string(place.candidate);
    }
    return made;
  }
  std::map<std::uint32_t, double> firsts() {
    std::map<std::uint32_t, double> shares;
    for (int i = 0; i < draws; ++i) {
      router.decide(candidates, ask, 1, decision);
      shares[decision.places.front().candidate] += 1.0 / draws;
    }
    return shares;
  }
  std::vector<Endpoint> endpoints;
  std::vector<Candidate> candidates;
  Ask ask;
  Router router{7};
  Decision decision;
};

TEST(KeyShares, AProviderWithMoreKeysIsNoBetterAnOffer) {
  Market market;
  market.add("many", 1000, {1, 1, 1}).add("one", 1000, {1});
  const auto shares = market.firsts();
  EXPECT_NEAR(shares.at(3), 0.5, 0.02);
  for (const std::uint32_t key : {0U, 1U, 2U}) EXPECT_NEAR(shares.at(key), 1.0 / 6, 0.02);
}

TEST(KeyShares, KeysShareByWeightAndByWhatIsLeftOfTheirLimits) {
  Market market;
  market.add("many", 1000, {3, 1});
  EXPECT_NEAR(market.firsts().at(0), 0.75, 0.02);
  market.candidates[0].figures.quota = 0.1F;
  EXPECT_NEAR(market.firsts().at(0), 0.3 / 1.3, 0.02);
  market.candidates[0].figures.quota = 0;  // it rests
  EXPECT_EQ(market.firsts().size(), 1);
  EXPECT_EQ(market.order(), "1 0") << "as a last resort";
}

TEST(KeyShares, TheOtherKeysComeRightBehind) {
  Market market;
  market.add("dear", 3000, {1}).add("cheap", 1000, {2, 1, 0}).add("mid", 2000, {1});
  market.ask.preferences.sort = Sort::price;
  for (int i = 0; i < 100; ++i) {
    const auto order = market.order();
    EXPECT_TRUE(order == "1 2 3 4 0" || order == "2 1 3 4 0") << order;
  }
}

TEST(KeyShares, AKeyInTroubleComesAfterTheOthersInOrder) {
  Market market;
  market.add("many", 1000, {9, 1}).add("one", 2000, {1});
  market.candidates[0].figures.outage = true;
  for (int i = 0; i < 100; ++i) {
    const auto order = market.order();
    EXPECT_TRUE(order == "1 2 0" || order == "2 1 0") << order;
  }
}

TEST(KeyShares, AConversationStaysWithItsKey) {
  Market market;
  market.add("many", 1000, {9, 1, 9});
  market.candidates[1].sticky = true;
  EXPECT_EQ(market.order(), "1 0 2");
  market.candidates[1].sticky = false;
  market.candidates[2].cached_prompt_tokens = 500;
  EXPECT_EQ(market.order(), "2 0 1");
}

TEST(KeyShares, WithoutFallbacksTheBestsOtherKeysStay) {
  Market market;
  market.add("cheap", 1000, {1, 0}).add("dear", 2000, {1, 1});
  market.ask.preferences.sort = Sort::price;
  market.ask.preferences.allow_fallbacks = false;
  EXPECT_EQ(market.order(), "0 1");
  EXPECT_EQ(market.decision.drops[1], Drop::none);
  EXPECT_EQ(market.decision.drops[2], Drop::no_fallbacks);
  EXPECT_EQ(market.decision.drops[3], Drop::no_fallbacks);
}

TEST(KeyShares, TheSameOfferOfAnotherModelIsAnother) {
  Market market;
  market.add("many", 1000, {1, 0}).add("many", 1000, {1, 0});
  market.candidates[2].model = market.candidates[3].model = 1;
  EXPECT_EQ(market.order(), "0 1 2 3");
}

}  // namespace
}  // namespace tollway::routing
