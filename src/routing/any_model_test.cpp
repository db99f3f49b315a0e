#include "routing/any_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::routing {
namespace {

using testing::ElementsAre;

TEST(AnyModel, PatternsHaveStarsForAnything) {
  for (const auto* pattern : {"anthropic/*", "*", "Anthropic/Claude-*-4", "anthropic/claude-opus-4",
                              "*claude*opus*", "anthropic/claude-opus-4*"}) {
    EXPECT_TRUE(matches_pattern(pattern, "anthropic/claude-opus-4")) << pattern;
  }
  for (const auto* pattern : {"", "openai/*", "anthropic/", "*sonnet*", "*-5", "claude-opus-4"}) {
    EXPECT_FALSE(matches_pattern(pattern, "anthropic/claude-opus-4")) << pattern;
  }
  EXPECT_TRUE(matches_pattern("*a*b*a*b", "aabaabaaabab"));
}

TEST(AnyModel, ExclusionWins) {
  const AnyModel wishes{.allowed = {"a/*"}, .excluded = {"*-mini"}};
  EXPECT_TRUE(allows(wishes, "a/large"));
  EXPECT_FALSE(allows(wishes, "a/small-mini"));
  EXPECT_FALSE(allows(wishes, "b/large"));
  EXPECT_TRUE(allows({}, "b/large"));
}

// Ten models of which each is dearer than the one before; even ones have tools.
struct Market {
  Market() {
    for (int i = 0; i < 10; ++i) {
      Endpoint& endpoint = endpoints.emplace_back();
      endpoint.model = "a/" + std::to_string(i);
      endpoint.input = endpoint.output = {Modality::text};
      if (i % 2 == 0) endpoint.parameters = {Parameter::tools};
      endpoint.prices.prompt = endpoint.prices.completion = 10 - i;
    }
    for (const Endpoint& endpoint : endpoints) candidates.emplace_back().endpoint = &endpoint;
  }
  std::vector<Endpoint> endpoints;
  std::vector<Candidate> candidates;
};

Ask some() {
  Ask ask;
  ask.prompt_tokens = ask.output_tokens = 100;
  return ask;
}

TEST(AnyModel, TheCheapestThatCanServeAreChosen) {
  Market market;
  Ask ask = some();
  EXPECT_THAT(shortlist(market.candidates, ask, {}).chosen,
              ElementsAre(9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  ask.parameters = {Parameter::tools};
  market.endpoints[8].prices.completion = std::nullopt;
  const auto with_tools = shortlist(market.candidates, ask, {.allowed = {}, .excluded = {"a/4"}});
  EXPECT_THAT(with_tools.chosen, ElementsAre(6, 2, 0));
  EXPECT_EQ(with_tools.reasons(), "1 not allowed by their names, 1 max_price, 5 tools");
}

TEST(AnyModel, ACostTierIsAFifth) {
  const Market market;
  const auto tier = [&](std::string_view name, std::size_t count) {
    return shortlist(std::span(market.candidates).first(count), some(),
                     {.allowed = {}, .excluded = {}, .cost_band = cost_band_named(name)})
        .chosen;
  };
  EXPECT_THAT(tier("low", 10), ElementsAre(9, 8));
  EXPECT_THAT(tier("max", 10), ElementsAre(1, 0));
  EXPECT_THAT(tier("low", 2), ElementsAre(1));
  EXPECT_THAT(tier("max", 2), ElementsAre(0));
  EXPECT_EQ(cost_band_named("cheap"), 0);
}

TEST(AnyModel, IsNeverALongList) {
  std::vector<Endpoint> endpoints(100);
  std::vector<Candidate> candidates;
  for (Endpoint& endpoint : endpoints) {
    endpoint.input = endpoint.output = {Modality::text};
    endpoint.prices.prompt = endpoint.prices.completion = 1;
    candidates.emplace_back().endpoint = &endpoint;
  }
  EXPECT_EQ(shortlist(candidates, some(), {}).chosen.size(), Shortlist::models_max);
}

}  // namespace
}  // namespace tollway::routing
