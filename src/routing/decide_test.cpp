#include "routing/decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/decimal.hpp"

namespace tollway::routing {
namespace {

namespace json = boost::json;

json::array read_goldens() {
  std::ifstream file("tests/golden/routing/orders.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse(text).as_array();
}

// Dollars a million tokens; of pieces, dollars a piece.
std::optional<std::int64_t> price(const json::value& value, int places = 9) {
  if (value.is_null()) return std::nullopt;
  return parse_decimal(json::serialize(value), places).value();
}

EndpointPrices prices_of(const json::object& row) {
  EndpointPrices prices;
  if (const auto* one = row.if_contains("price")) {
    prices.prompt = prices.completion = price(*one);
    return prices;
  }
  for (const auto& [name, value] : row.at("prices").as_object()) {
    if (name == "prompt") prices.prompt = price(value);
    if (name == "completion") prices.completion = price(value);
    if (name == "cache_read") prices.cache_read = price(value);
    if (name == "request") prices.request = price(value, 15);
    if (name == "image") prices.image = price(value, 15);
  }
  return prices;
}

Percentiles percentiles(const json::object& row, std::string_view name) {
  const auto* const value = row.if_contains(name);
  if (value == nullptr) return no_percentiles;
  if (!value->is_object()) {
    Percentiles same;
    same.fill(value->to_number<float>());
    return same;
  }
  Percentiles figures = no_percentiles;
  if (const auto* p50 = value->as_object().if_contains("p50")) figures[0] = p50->to_number<float>();
  if (const auto* p99 = value->as_object().if_contains("p99")) figures[3] = p99->to_number<float>();
  return figures;
}

float number(const json::object& row, std::string_view name, float otherwise) {
  const auto* const value = row.if_contains(name);
  return value == nullptr ? otherwise : value->to_number<float>();
}

bool flag(const json::object& row, std::string_view name, bool otherwise) {
  const auto* const value = row.if_contains(name);
  return value == nullptr ? otherwise : value->as_bool();
}

std::optional<std::int64_t> integer(const json::object& row, std::string_view name) {
  const auto* const value = row.if_contains(name);
  return value == nullptr ? std::nullopt : std::optional(value->as_int64());
}

template <class Named>
auto set_of(const json::object& row, std::string_view name, Named named) {
  EnumSet<typename decltype(named(std::string_view()))::value_type> set;
  if (const auto* const list = row.if_contains(name)) {
    for (const auto& item : list->as_array()) set.add(named(item.as_string()).value());
  }
  return set;
}

Modalities input_of(const json::object& row) {
  auto set = set_of(row, "input", modality_named);
  set.add(Modality::text);
  return set;
}

Modalities output_of(const json::object& row) {
  return row.contains("output") ? set_of(row, "output", modality_named)
                                : Modalities{Modality::text};
}

Endpoint endpoint_of(const json::object& row) {
  Endpoint endpoint;
  endpoint.tag = row.at("tag").as_string();
  endpoint.provider = endpoint.tag.substr(0, endpoint.tag.find('/'));
  if (const auto* name = row.if_contains("name")) endpoint.name = name->as_string();
  if (endpoint.tag.ends_with("/flex")) endpoint.tier = Tier::flex;
  if (endpoint.tag.ends_with("/priority")) endpoint.tier = Tier::priority;
  if (const auto* name = row.if_contains("quantization")) {
    endpoint.quantization = quantization_named(name->as_string()).value();
  }
  endpoint.parameters = set_of(row, "parameters", parameter_named);
  endpoint.input = input_of(row);
  endpoint.output = output_of(row);
  endpoint.data = {.collects = flag(row, "collects", true),
                   .zero_retention = flag(row, "zero_retention", false),
                   .distillable = flag(row, "distillable", false)};
  endpoint.context_length = integer(row, "context");
  endpoint.output_tokens_max = integer(row, "output_max");
  endpoint.prices = prices_of(row);
  endpoint.weight = number(row, "weight", 1);
  endpoint.meta = flag(row, "meta", false);
  return endpoint;
}

Candidate candidate_of(const json::object& row, const Endpoint& endpoint) {
  return {
      .endpoint = &endpoint,
      .standing = nullptr,
      .model = static_cast<std::uint32_t>(integer(row, "model").value_or(0)),
      .figures = {.outage = flag(row, "outage", false),
                  .uptime = number(row, "uptime", not_measured),
                  .first_token_s = percentiles(row, "first_token_s"),
                  .tokens_a_second = percentiles(row, "tokens_a_second"),
                  .tool_success = number(row, "tool_success", not_measured),
                  .load = number(row, "load", 0),
                  .under_way = static_cast<std::uint32_t>(integer(row, "under_way").value_or(0))},
      .sticky = flag(row, "sticky", false),
      .needs_meta = flag(row, "needs_meta", false),
      .cached_prompt_tokens = integer(row, "cached").value_or(0)};
}

Tier tier_named(std::string_view name) {
  if (name == "priority") return Tier::priority;
  return name == "flex" ? Tier::flex : Tier::standard;
}

Ask ask_of(const json::object& row) {
  Ask ask;
  ask.prompt_tokens = integer(row, "prompt_tokens").value_or(100);
  ask.output_tokens = integer(row, "output_tokens").value_or(100);
  ask.max_tokens = integer(row, "max_tokens");
  ask.parameters = set_of(row, "parameters", parameter_named);
  ask.input = input_of(row);
  ask.output = output_of(row);
  if (const auto* tier = row.if_contains("service_tier")) ask.tier = tier_named(tier->as_string());
  if (const auto* what = row.if_contains("openrouters")) ask.openrouters = what->as_string();
  if (const auto* variants = row.if_contains("variants")) {
    for (const auto& name : variants->as_array()) {
      std::string_view text = name.as_string();
      const std::string model = "a/b:" + std::string(text);
      text = model;
      ask.variants.add(catalog::cut_variant(text).value());
    }
  }
  if (const auto* provider = row.if_contains("provider")) {
    ask.preferences = read_preferences(json::serialize(*provider)).value();
  }
  if (const auto* name = row.if_contains("strategy")) {
    ask.strategy = strategy_named(name->as_string());
    EXPECT_NE(ask.strategy, nullptr) << *name;
  }
  return ask;
}

struct Golden {
  explicit Golden(const json::object& row) : ask(ask_of(row)) {
    for (const auto& value : row.at("endpoints").as_array()) {
      endpoints.push_back(endpoint_of(value.as_object()));
    }
    std::size_t i = 0;
    for (const auto& value : row.at("endpoints").as_array()) {
      candidates.push_back(candidate_of(value.as_object(), endpoints[i++]));
    }
  }
  [[nodiscard]] std::string text(const Decision& decision) const {
    std::string order;
    for (const Place& place : decision.places) {
      if (!order.empty()) order += ' ';
      order += candidates[place.candidate].endpoint->tag;
    }
    return order;
  }
  std::vector<Endpoint> endpoints;
  std::vector<Candidate> candidates;
  Ask ask;
};

// Each row's `orders` are all those, and only those, that come out.
TEST(Decide, OrdersOfTheGoldenTable) {
  const auto goldens = read_goldens();
  EXPECT_GE(goldens.size(), 70U);
  Router router(2026);
  Decision decision;
  for (const auto& value : goldens) {
    const auto& row = value.as_object();
    SCOPED_TRACE(row.at("about").as_string());
    const Golden golden(row);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
      router.decide(golden.candidates, golden.ask, golden.candidates.size(), decision);
      seen.insert(golden.text(decision));
    }
    std::set<std::string> expected;
    for (const auto& order : row.at("orders").as_array()) expected.emplace(order.as_string());
    EXPECT_EQ(seen, expected);
    const auto* const dropped = row.if_contains("dropped");
    if (dropped == nullptr) continue;
    for (std::size_t i = 0; i < golden.endpoints.size(); ++i) {
      const auto* const why = dropped->as_object().if_contains(golden.endpoints[i].tag);
      if (why == nullptr) continue;
      EXPECT_EQ(name_of(decision.drops[i]), why->as_string()) << golden.endpoints[i].tag;
    }
  }
}

Golden priced(std::initializer_list<double> prices) {
  json::array endpoints;
  for (const double each : prices) {
    endpoints.push_back(
        {{"tag", std::string(1, static_cast<char>('a' + endpoints.size()))}, {"price", each}});
  }
  return Golden(json::object{{"endpoints", endpoints}});
}

// How often each was first, of a million decisions.
std::vector<int> firsts(const Golden& golden) {
  constexpr int draws = 1'000'000;
  Router router(7);
  Decision decision;
  std::vector<int> counts(golden.candidates.size());
  for (int i = 0; i < draws; ++i) {
    router.decide(golden.candidates, golden.ask, 1, decision);
    ++counts[decision.places.front().candidate];
  }
  return counts;
}

// Within four standard deviations of a million draws, which no true generator leaves in 15,000
// tries.
void expect_shares(const std::vector<int>& counts, const std::vector<double>& weights) {
  double sum = 0;
  double draws = 0;
  for (const double weight : weights) sum += weight;
  for (const int count : counts) draws += count;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = weights[i] / sum;
    const double deviation = std::sqrt(draws * share * (1 - share));
    EXPECT_NEAR(counts[i], draws * share, 4 * deviation) << i;
  }
}

TEST(Decide, DrawsByTheInverseSquareOfThePrice) {
  // The guide's example: $1 is drawn nine times as often as $3.
  expect_shares(firsts(priced({1, 3})), {9, 1});
  expect_shares(firsts(priced({0.5, 0.6, 0.7, 2, 15})),
                {1 / 0.25, 1 / 0.36, 1 / 0.49, 1 / 4.0, 1 / 225.0});
  expect_shares(firsts(priced({0, 0, 1})), {1, 1, 0});
}

TEST(Decide, DrawsByConfiguredWeights) {
  Golden golden = priced({1, 1, 1});
  golden.ask.strategy = strategy_named("weighted");
  golden.endpoints[0].weight = 5;
  golden.endpoints[1].weight = 3;
  golden.endpoints[2].weight = 2;
  expect_shares(firsts(golden), {5, 3, 2});
}

// Though requests for two models come one after the other.
TEST(Decide, EachModelHasTurnsOfItsOwn) {
  Golden one = priced({1, 1});
  Golden other = priced({1, 1});
  for (Endpoint& endpoint : one.endpoints) endpoint.model = "a/one";
  for (Endpoint& endpoint : other.endpoints) endpoint.model = "a/other";
  one.ask.strategy = other.ask.strategy = strategy_named("round_robin");
  Router router(7);
  Decision decision;
  std::map<std::string, int> counts;
  for (int i = 0; i < 1000; ++i) {
    for (const Golden* golden : {&one, &other}) {
      router.decide(golden->candidates, golden->ask, 2, decision);
      const auto& first = *golden->candidates[decision.places.front().candidate].endpoint;
      ++counts[first.model + " " + first.tag];
    }
  }
  for (const auto* const who : {"a/one a", "a/one b", "a/other a", "a/other b"}) {
    EXPECT_EQ(counts[who], 500) << who;
  }
}

TEST(Decide, ThoseWithoutAnOutageTakeTurnsAlone) {
  Golden golden = priced({1, 1, 1, 1});
  golden.candidates[1].figures.outage = golden.candidates[2].figures.outage = true;
  golden.ask.strategy = strategy_named("round_robin");
  Router router(7);
  Decision decision;
  std::vector<int> counts(4);
  for (int i = 0; i < 1000; ++i) {
    router.decide(golden.candidates, golden.ask, 4, decision);
    ++counts[decision.places.front().candidate];
  }
  EXPECT_THAT(counts, testing::ElementsAre(500, 0, 0, 500));
}

TEST(Decide, OfThoseWithoutALoadTheOneWithNothingUnderWayIsTheLeastBusy) {
  Golden golden = priced({1, 1});
  golden.ask.strategy = strategy_named("least_busy");
  Router router(7);
  Decision decision;
  const auto firsts_of_a = [&] {
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      router.decide(golden.candidates, golden.ask, 2, decision);
      count += decision.places.front().candidate == 0 ? 1 : 0;
    }
    return count;
  };
  EXPECT_NEAR(firsts_of_a(), 500, 80) << "equals share, whoever is listed first";
  golden.candidates[0].figures.under_way = 100;
  EXPECT_EQ(firsts_of_a(), 0);
}

TEST(Decide, TheFirstWantedAreInOrderHoweverManyThereAre) {
  std::vector<Endpoint> endpoints(500);
  std::vector<Candidate> candidates;
  Random random(3);
  for (auto& endpoint : endpoints) {
    endpoint.prices.prompt = endpoint.prices.completion =
        static_cast<std::int64_t>(random.next() % 1'000'000);
    endpoint.input = endpoint.output = {Modality::text};
    candidates.emplace_back().endpoint = &endpoint;
  }
  Ask ask;
  ask.prompt_tokens = ask.output_tokens = 10;
  ask.preferences.sort = Sort::price;
  Router router(1);
  Decision whole;
  router.decide(candidates, ask, candidates.size(), whole);
  Decision part;
  router.decide(candidates, ask, 8, part);
  ASSERT_EQ(part.places.size(), 500U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(part.places[i].candidate, whole.places[i].candidate);
  }
}

TEST(Decide, HasNothingToSayWithoutCandidates) {
  Router router(1);
  Decision decision;
  for (const Strategy* strategy : strategies::all()) {
    Ask ask;
    ask.strategy = strategy;
    router.decide({}, ask, 8, decision);
    EXPECT_TRUE(decision.places.empty()) << strategy->name;
  }
}

std::string refusal(std::string_view text) {
  const auto read = read_preferences(text);
  if (read) return "read";
  EXPECT_EQ(read.error().code, Errc::bad_request);
  return read.error().message;
}

TEST(Preferences, RefuseWhatTheyDoNotKnowAndSayWhatWasExpected) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal("[]"), HasSubstr("provider: expected an object"));
  EXPECT_THAT(refusal(R"({"oder":["a"]})"), HasSubstr("provider.oder: there is no such"));
  EXPECT_EQ(refusal(R"({"sort":"cheap"})"),
            R"(provider.sort: expected "price", "throughput", "latency" or "exacto", not "cheap")");
  EXPECT_THAT(refusal(R"({"sort":{"by":"price","partition":"all"}})"),
              HasSubstr(R"(provider.sort.partition: expected "model" or "none")"));
  EXPECT_THAT(refusal(R"({"order":"openai"})"), HasSubstr("provider.order: expected an array"));
  EXPECT_THAT(refusal(R"({"order":[7]})"), HasSubstr("provider.order: expected an array"));
  EXPECT_THAT(refusal(R"({"zdr":"yes"})"), HasSubstr("provider.zdr: expected true or false"));
  EXPECT_THAT(refusal(R"({"data_collection":"no"})"), HasSubstr(R"("allow" or "deny")"));
  EXPECT_THAT(refusal(R"({"quantizations":["fp9"]})"), HasSubstr("int4, int8"));
  EXPECT_THAT(refusal(R"({"max_price":{"prompt":-1}})"), HasSubstr("provider.max_price.prompt"));
  EXPECT_THAT(refusal(R"({"max_price":{"prompt":"x"}})"), HasSubstr("dollars of 0 or more"));
  EXPECT_THAT(refusal(R"({"max_price":{"tokens":1}})"), HasSubstr("image and audio alone"));
  EXPECT_THAT(refusal(R"({"preferred_max_latency":{"p42":1}})"), HasSubstr("p50, p75, p90, p99"));
  EXPECT_THAT(refusal(R"({"preferred_min_throughput":-3})"), HasSubstr("a number of 0 or more"));
  EXPECT_EQ(refusal(R"({"order":null,"sort":null,"max_price":null,"zdr":null})"), "read");
  EXPECT_EQ(refusal("null"), "read");
}

// What was found of one model's figures is kept; not so when one has changed, nor for others.
TEST(Decide, QualityIsJudgedAnewWhenFiguresChange) {
  Golden golden = priced({1, 1, 1, 1, 1, 1});
  golden.ask.parameters = {Parameter::tools};
  float speed = 100;
  for (Endpoint& endpoint : golden.endpoints) endpoint.parameters = {Parameter::tools};
  for (Candidate& candidate : golden.candidates) {
    candidate.figures.uptime = candidate.figures.tool_success = 1;
    candidate.figures.tokens_a_second.fill(speed++);
  }
  Router router(3);
  Decision decision;
  const auto last = [&] {
    router.decide(golden.candidates, golden.ask, golden.candidates.size(), decision);
    return golden.candidates[decision.places.back().candidate].endpoint->tag;
  };
  for (const auto* const slow : {"b", "e"}) {
    const auto found = std::ranges::find(golden.endpoints, std::string_view(slow), &Endpoint::tag);
    Figures& figures =
        golden.candidates[static_cast<std::size_t>(found - golden.endpoints.begin())].figures;
    const Percentiles before = figures.tokens_a_second;
    figures.tokens_a_second.fill(1);
    EXPECT_EQ(last(), slow);
    EXPECT_EQ(last(), slow);
    figures.tokens_a_second = before;
  }
}

// Names are compared where bits say that they may be the same, and bits never say no to a name.
TEST(Decide, ListsFindWhatIsIndexed) {
  Golden golden = priced({1, 2, 3});
  for (Endpoint& endpoint : golden.endpoints) {
    endpoint.name = "name " + endpoint.tag;
    endpoint.author = "author-" + endpoint.tag;
    index_names(endpoint);
    EXPECT_NE(endpoint.name_bits, ~std::uint64_t{0});
  }
  Router router(3);
  Decision decision;
  for (const auto* const slug : {"b", "name b", "author-b"}) {
    golden.ask.preferences.order = {slug};
    golden.ask.preferences.ignore.clear();
    router.decide(golden.candidates, golden.ask, 3, decision);
    EXPECT_EQ(golden.text(decision), "b a c");
    golden.ask.preferences.order.clear();
    golden.ask.preferences.ignore = {slug};
    router.decide(golden.candidates, golden.ask, 3, decision);
    EXPECT_EQ(decision.drops[1], Drop::ignored);
    EXPECT_EQ(decision.drops[0], Drop::none);
  }
}

}  // namespace
}  // namespace tollway::routing
