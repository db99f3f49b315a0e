#include "routing/explain.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

namespace json = boost::json;

constexpr const char* golden_file = "tests/golden/routing/explained.txt";
const TimePoint start{std::chrono::hours(1)};

Endpoint endpoint(std::string tag, std::int64_t price) {
  Endpoint made;
  made.provider = made.tag = std::move(tag);
  made.model = "acme/large";
  made.input = made.output = {Modality::text};
  made.prices.prompt = price;
  made.prices.completion = 4 * price;
  return made;
}

// A candidate a line.
std::string lines(const std::string& document) {
  const json::value value = json::parse(document);
  std::string text;
  for (const auto& [name, member] : value.as_object()) {
    if (name == "candidates") continue;
    text += std::string(name) + ": " + json::serialize(member) + "\n";
  }
  for (const auto& row : value.at("candidates").as_array()) text += json::serialize(row) + "\n";
  return text;
}

std::string golden() {
  std::ifstream file(golden_file);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Explain, TellsWhereEachStandsAndWhy) {
  std::deque<Endpoint> endpoints{endpoint("cheap", 1'000'000'000), endpoint("down", 500'000'000),
                                 endpoint("dear", 9'000'000'000), endpoint("own", 2'000'000'000),
                                 endpoint("unpriced", 0)};
  endpoints[4].prices = {};
  KeyStanding key("own", "backup");
  Standing standing;
  standing.key = &key;
  standing.breaker.open_until(start + std::chrono::seconds(9));
  ASSERT_TRUE(key.rest(start));
  std::vector<Candidate> candidates;
  for (const Endpoint& one : endpoints) candidates.emplace_back().endpoint = &one;
  Figures& measured = candidates[0].figures;
  measured.uptime = 0.995F;
  measured.first_token_s = {0.25F, 0.5F, 1, 2};
  measured.tokens_a_second = {80, 60, 40, 20};
  candidates[1].figures.outage = true;
  candidates[1].figures.uptime = 0.7F;
  candidates[3].standing = &standing;
  candidates[3].figures = standing.figures(start);

  Ask ask;
  ask.prompt_tokens = 1000;
  ask.output_tokens = 100;
  ask.preferences.max_price.prompt = 5'000'000'000;
  ask.strategy = strategy_named("balanced");
  Router router(1);
  Decision decision;
  router.decide(candidates, ask, candidates.size(), decision);
  const std::string text = lines(explain(candidates, ask, decision, start));
  if (std::getenv("TOLLWAY_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(golden_file) << text;
  }
  EXPECT_EQ(text, golden());
}

TEST(Explain, SaysWhatChanceDrewAndWhatTheRequestAskedFor) {
  std::deque<Endpoint> endpoints{endpoint("a", 1000), endpoint("b", 1000)};
  std::vector<Candidate> candidates;
  for (const Endpoint& one : endpoints) candidates.emplace_back().endpoint = &one;
  Router router(1);
  Decision decision;
  Ask ask;
  ask.prompt_tokens = ask.output_tokens = 1;
  router.decide(candidates, ask, 1, decision);
  auto rows = json::parse(explain(candidates, ask, decision, start)).at("candidates").as_array();
  EXPECT_TRUE(rows[0].at("drawn").as_bool());
  EXPECT_FALSE(rows[1].as_object().contains("drawn"));

  ask.preferences.order = {"b"};
  ask.preferences.first_token_s[0] = 1;
  candidates[1].figures.first_token_s.fill(3);
  router.decide(candidates, ask, 2, decision);
  rows = json::parse(explain(candidates, ask, decision, start)).at("candidates").as_array();
  EXPECT_EQ(rows[0].at("tag").as_string(), "b");
  EXPECT_EQ(json::serialize(rows[0].at("behind_others_for")), R"(["cutoff"])");
  EXPECT_EQ(json::serialize(rows[1].at("behind_others_for")), R"(["order"])");
}

TEST(Explain, OfNobodyIsNothing) {
  Router router(1);
  Decision decision;
  router.decide({}, {}, 8, decision);
  EXPECT_EQ(explain({}, {}, decision, start),
            R"({"strategy":"price_weighted","prompt_tokens":0,"output_tokens":0,"candidates":[]})");
}

}  // namespace
}  // namespace tollway::routing
