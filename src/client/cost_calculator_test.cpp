#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "client/pricing_rows.hpp"
#include "tollway/pricing.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;

constexpr PriceTime spring = std::chrono::sys_days(std::chrono::year(2026) / 4 / 1);

PricingFetcher fetcher_with(std::string overrides) {
  auto settings = SettingsSnapshot::from({{"pricing.overrides", std::move(overrides)}});
  EXPECT_TRUE(settings);
  auto fetcher = PricingFetcher::create({.settings = *settings, .providers = {}, .cache = {}});
  EXPECT_TRUE(fetcher) << fetcher.error().message;
  return *fetcher;
}

CostCalculator calculator() {
  return CostCalculator(fetcher_with(
      R"([{"provider":"openai","model":"mine","input":2.5,"output":"10","cache_read":0.25,)"
      R"("web_search":10000},)"
      R"({"provider":"openai","model":"long","output":1,)"
      R"("input":{"base":1,"above":[[1000,2]]}},)"
      R"({"provider":"openai","model":"gift","input":0,"output":0},)"
      R"({"provider":"openai","model":"half","input":1},)"
      R"({"provider":"openai","model":"absurd","input":9000000000,"output":9000000000}])"));
}

CostRecord record(std::string model, UsageCounts usage) {
  return {.provider = "openai", .model = std::move(model), .usage = usage, .at = spring};
}

UsageCounts tokens(std::int64_t input, std::int64_t output) {
  UsageCounts usage;
  usage.input = input;
  usage.output = output;
  return usage;
}

TEST(CostCalculator, shows_every_line_and_where_the_price_comes_from) {
  auto usage = tokens(1000, 100);
  usage.cache_read = 400;
  usage.web_searches = 2;
  const auto cost = calculator().calculate_cost(record("mine", usage));
  ASSERT_TRUE(cost) << cost.error().message;
  ASSERT_EQ(cost->lines.size(), 4U);
  EXPECT_EQ(cost->lines[1].unit, "cache_read");
  EXPECT_EQ(cost->lines[1].quantity, 400);
  EXPECT_EQ(cost->lines[1].unit_dollars, "0.00000025");
  EXPECT_EQ(cost->prompt_cost->to_string(), "0.0016");
  EXPECT_EQ(cost->completion_cost->to_string(), "0.001");
  EXPECT_EQ(cost->other_cost->to_string(), "0.02");
  EXPECT_EQ(cost->total_cost->to_string(), "0.0226");
  ASSERT_TRUE(cost->pricing_used);
  EXPECT_EQ(cost->pricing_used->source, PricingSource::override_price);
  EXPECT_EQ(cost->pricing_used->age(spring), std::nullopt);
}

TEST(CostCalculator, built_in_prices_have_a_date) {
  const auto cost = calculator().calculate_cost(record("gpt-4o", tokens(1'000'000, 0)));
  ASSERT_TRUE(cost && cost->pricing_used && cost->total_cost);
  EXPECT_EQ(cost->pricing_used->source, PricingSource::built_in);
  EXPECT_FALSE(cost->pricing_used->source_name.empty());
  EXPECT_GT(cost->pricing_used->age(spring + 24h * 365), 1h);
}

TEST(CostCalculator, tiers_are_strictly_above) {
  const auto at = calculator().calculate_cost(record("long", tokens(1000, 0)));
  const auto above = calculator().calculate_cost(record("long", tokens(1001, 0)));
  EXPECT_EQ(at->total_cost->to_string(), "0.001");
  EXPECT_EQ(above->total_cost->to_string(), "0.002002");
}

TEST(CostCalculator, unknown_is_no_zero_and_zero_is_free) {
  const auto unknown = calculator().calculate_cost(record("nobody's", tokens(0, 0)));
  ASSERT_TRUE(unknown);
  EXPECT_FALSE(unknown->total_cost || unknown->prompt_cost || unknown->completion_cost ||
               unknown->other_cost || unknown->pricing_used);
  const auto free = calculator().calculate_cost(record("gift", tokens(10, 10)));
  EXPECT_EQ(free->total_cost, Money{});
  const auto half = calculator().calculate_cost(record("half", tokens(10, 10)));
  EXPECT_EQ(half->prompt_cost->to_string(), "0.00001");
  EXPECT_EQ(half->completion_cost, std::nullopt);
  EXPECT_EQ(half->total_cost, std::nullopt);
}

TEST(CostCalculator, local_models_are_free) {
  const auto cost = calculator().calculate_cost(
      {.provider = "ollama", .model = "llama3.2", .usage = tokens(10, 10), .at = spring});
  ASSERT_TRUE(cost && cost->pricing_used);
  EXPECT_EQ(cost->total_cost, Money{});
  EXPECT_EQ(cost->pricing_used->source, PricingSource::local);
}

// Against a sum in 128 bits, which loses nothing before it is rounded.
TEST(CostCalculator, M07_lines_against_rational_numbers) {
  __extension__ using Wide = __int128;
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    const auto price = static_cast<std::int64_t>(random() % 1'000'000);  // 1e-3 dollars a million
    const auto count = static_cast<std::int64_t>(random() % 1'000'000'000);
    const CostCalculator one(fetcher_with(
        R"([{"provider":"openai","model":"m","output":1,"input":")" + std::to_string(price / 1000) +
        "." + std::to_string(1000 + price % 1000).substr(1) + R"("}])"));
    const auto cost = one.calculate_cost(record("m", tokens(count, 0)));
    ASSERT_TRUE(cost && cost->total_cost);
    const Wide femto = Wide{price} * 1'000'000 * count;
    const auto error = femto - Wide{cost->total_cost->nanodollars} * 1'000'000;
    EXPECT_TRUE(2 * error <= 1'000'000 && 2 * error >= -1'000'000) << price << " x " << count;
  }
}

TEST(CostCalculator, M08_what_does_not_fit_is_refused) {
  const auto cost = calculator().calculate_cost(record("absurd", tokens(1'000'000'000'000, 0)));
  ASSERT_FALSE(cost);
  EXPECT_EQ(cost.error().code, Errc::bad_request);
}

TEST(CostCalculator, M09_negative_usage_never_credits) {
  EXPECT_FALSE(calculator().calculate_cost(record("mine", tokens(-1, 5))));
  EXPECT_FALSE(calculator().calculate_cost(record("mine", tokens(5, -1))));
  auto usage = tokens(100, 0);
  usage.cache_read = -100;
  EXPECT_FALSE(calculator().calculate_cost(record("mine", usage)));
}

TEST(CostCalculator, U21_usage_that_is_missing_absurd_or_zero) {
  EXPECT_FALSE(UsageCounts::of({}));
  Usage stated;
  stated.prompt_tokens = 0;
  EXPECT_FALSE(UsageCounts::of(stated));  // half of it is no usage
  stated.completion_tokens = 0;
  const auto counts = UsageCounts::of(stated);
  ASSERT_TRUE(counts);
  EXPECT_EQ(calculator().calculate_cost(record("mine", *counts))->total_cost, Money{});
  EXPECT_FALSE(calculator().calculate_cost(record("mine", tokens(INT64_MAX, 0))));
  auto usage = tokens(10, 10);
  usage.output_audio = 11;
  EXPECT_FALSE(calculator().calculate_cost(record("mine", usage)));
}

TEST(CostCalculator, a_bad_row_leaves_the_others_alone) {
  const std::vector<CostRecord> records{
      record("mine", tokens(1000, 0)), record("mine", tokens(-1, 0)), record("gift", tokens(1, 1))};
  const auto costs = calculator().calculate_batch_costs(records);
  ASSERT_EQ(costs.size(), 3U);
  EXPECT_EQ(costs[0]->total_cost->to_string(), "0.0025");
  EXPECT_FALSE(costs[1]);
  EXPECT_EQ(costs[2]->total_cost, Money{});
}

TEST(CostCalculator, sums_up_by_model) {
  const std::vector<CostRecord> records{
      record("mine", tokens(1000, 100)), record("mine", tokens(3000, 300)),
      record("gift", tokens(5, 5)), record("nobody's", tokens(5, 5))};
  const auto summary = calculator().summarize(records);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->total_cost, std::nullopt);
  EXPECT_EQ(summary->all.calls, 4U);
  EXPECT_EQ(summary->all.unknown, 1U);
  EXPECT_EQ(summary->all.cost.to_string(), "0.014");
  ASSERT_EQ(summary->models.size(), 3U);
  const auto& dearest = summary->models.front();
  EXPECT_EQ(dearest.model, "mine");
  EXPECT_EQ(dearest.tokens, 4400);
  EXPECT_EQ(dearest.average_a_call->to_string(), "0.007");
  EXPECT_EQ(dearest.dollars_a_token, "0.000003181818182");
  const auto known = calculator().summarize(std::span(records).first(3));
  EXPECT_EQ(known->total_cost->to_string(), "0.014");
  const auto none = calculator().summarize({});
  EXPECT_EQ(none->total_cost, Money{});
  EXPECT_EQ(none->all.average_a_call, std::nullopt);
}

TEST(CostCalculator, estimates_before_sending) {
  EstimateRequest request;
  request.provider = "openai";
  request.model = "mine";
  request.prompt = "hello world";
  request.max_tokens = 100;
  auto estimate = calculator().estimate(request);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->prompt_tokens, 2);
  EXPECT_TRUE(estimate->tokens_exact);
  EXPECT_EQ(estimate->output_tokens, 100);
  EXPECT_EQ(estimate->at_most.total_cost->to_string(), "0.001005");
  const std::vector<CostRecord> history{record("mine", tokens(9, 10)),
                                        record("mine", tokens(9, 30)),
                                        record("gift", tokens(9, 9000))};
  request.history = history;
  estimate = calculator().estimate(request);
  EXPECT_EQ(estimate->output_tokens, 20);
  EXPECT_EQ(estimate->expected.total_cost->to_string(), "0.000205");
  EXPECT_EQ(estimate->at_most.total_cost->to_string(), "0.001005");
  request.max_tokens.reset();
  request.history = {};
  estimate = calculator().estimate(request);
  EXPECT_EQ(estimate->output_tokens, std::nullopt);
  EXPECT_EQ(estimate->expected.total_cost->to_string(), "0.000005");
  EXPECT_EQ(estimate->at_most.total_cost, std::nullopt);
}

TEST(CostCalculator, finds_the_cheapest_that_can_do_it) {
  Workload workload;
  workload.input_tokens = 10'000;
  workload.output_tokens = 1000;
  workload.parameters = {"tools"};
  workload.input_modalities = {"image"};
  workload.provider = "openrouter";
  workload.free_models = false;
  workload.count = 5;
  const auto offers = calculator().cheapest(workload);
  ASSERT_TRUE(offers);
  ASSERT_EQ(offers->size(), 5U);
  for (std::size_t i = 0; i < offers->size(); ++i) {
    EXPECT_GT((*offers)[i].cost, Money{});
    if (i > 0) EXPECT_LE((*offers)[i - 1].cost, (*offers)[i].cost);
    EXPECT_GE((*offers)[i].context_length.value_or(11'000), 11'000);
  }
  workload.input_tokens = -1;
  EXPECT_FALSE(calculator().cheapest(workload));
}

std::vector<std::string> models_of(const Result<std::vector<ModelOffer>>& offers) {
  std::vector<std::string> models;
  for (const auto& offer : *offers) models.push_back(offer.model);
  return models;
}

bool has(const std::vector<std::string>& models, std::string_view model) {
  return std::ranges::find(models, model) != models.end();
}

TEST(CostCalculator, the_cheapest_must_be_able_to_answer_at_that_length) {
  Workload workload;
  workload.input_tokens = 1000;
  workload.output_tokens = 500'000;
  workload.provider = "openrouter";
  workload.free_models = false;
  workload.count = 1000;
  const auto offers = calculator().cheapest(workload);
  ASSERT_TRUE(offers);
  for (const auto& offer : *offers) {
    EXPECT_GE(offer.context_length.value_or(0), 501'000) << offer.model;
  }
  EXPECT_FALSE(has(models_of(offers), "google/gemini-2.0-flash-lite-001"));
  workload.output_tokens = 8000;
  const auto shorter = models_of(calculator().cheapest(workload));
  EXPECT_TRUE(has(shorter, "google/gemini-2.0-flash-lite-001"));
}

TEST(CostCalculator, a_context_that_nobody_knows_holds_nothing) {
  Workload workload;
  workload.provider = "openai";
  workload.count = 1000;
  const auto offers = calculator().cheapest(workload);
  ASSERT_TRUE(offers && !offers->empty());
  EXPECT_FALSE(has(models_of(offers), "mine"));
  for (const auto& offer : *offers) EXPECT_TRUE(offer.context_length) << offer.model;
}

TEST(CostCalculator, a_vendors_models_can_do_what_the_catalogue_says_of_them) {
  Workload workload;
  workload.provider = "openai";
  workload.parameters = {"tools"};
  workload.input_modalities = {"image"};
  workload.count = 1000;
  const auto models = models_of(calculator().cheapest(workload));
  EXPECT_TRUE(has(models, "gpt-4o"));
  EXPECT_FALSE(has(models, "gpt-3.5-turbo")) << "which sees nothing";
  workload.provider = "anthropic";
  EXPECT_FALSE(models_of(calculator().cheapest(workload)).empty());
}

// OpenAI's price page: flex 0.625, 0.0625 cached, 5; priority 2.5, 0.25, 20; batch as flex.
TEST(CostCalculator, each_tier_has_its_own_price) {
  auto usage = tokens(1'234'567, 7'891);
  usage.cache_read = 234'567;
  const auto cost_in = [&usage](std::string model, std::string tier) {
    auto row = record(std::move(model), usage);
    row.service_tier = std::move(tier);
    const auto cost = calculator().calculate_cost(row);
    EXPECT_TRUE(cost);
    return cost && cost->total_cost ? cost->total_cost->to_string() : std::string("unknown");
  };
  const std::string standard = "1.358230875";  // 1.25 + 0.029320875 + 0.07891, dollars
  for (const std::string tier : {"", "default", "standard", "auto", "on_demand"}) {
    EXPECT_EQ(cost_in("gpt-5", tier), standard) << tier;
  }
  EXPECT_EQ(cost_in("gpt-5", "flex"), "0.679115438") << "0.625 + 0.014660438 (half to even) + ...";
  EXPECT_EQ(cost_in("gpt-5", "batch"), cost_in("gpt-5", "flex"));
  EXPECT_EQ(cost_in("gpt-5:batch", ""), cost_in("gpt-5", "flex"));
  EXPECT_EQ(cost_in("gpt-5", "priority"), "2.71646175");
  EXPECT_EQ(cost_in("gpt-5", "fast"), "2.71646175");
  // No price of a cached token in a batch: billed as other input.
  EXPECT_EQ(cost_in("gpt-4o", "batch"), "1.58266375");
}

TEST(CostCalculator, a_tier_without_a_price_is_unknown_never_the_standard_one) {
  for (const auto& [model, tier] : {std::pair{"gpt-4o", "flex"},
                                    {"gpt-5", "scale"},
                                    {"gpt-4", "priority"},
                                    {"gpt-4-turbo:batch", ""},
                                    {"mine", "flex"},
                                    {"gift", "batch"}}) {
    auto row = record(model, tokens(1000, 100));
    row.service_tier = tier;
    const auto cost = calculator().calculate_cost(row);
    ASSERT_TRUE(cost) << model;
    EXPECT_FALSE(cost->total_cost) << model << " " << tier;
    EXPECT_FALSE(cost->pricing_used) << model << " " << tier;
    const std::vector rows{row, record("gpt-5", tokens(1, 1))};
    const auto summary = calculator().summarize(rows);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->all.unknown, 1U);
    EXPECT_FALSE(summary->total_cost);
  }
}

TEST(CostCalculator, a_tiers_price_says_where_it_comes_from) {
  auto row = record("gpt-5", tokens(1, 1));
  row.service_tier = "flex";
  const auto cost = calculator().calculate_cost(row);
  ASSERT_TRUE(cost && cost->pricing_used);
  EXPECT_EQ(cost->pricing_used->service_tier, "flex");
  EXPECT_EQ(cost->pricing_used->source_name, "OpenAI's price page");
  EXPECT_EQ(cost->pricing_used->prices(spring)[0].dollars, "0.000000625");
  EXPECT_EQ(calculator().calculate_cost(record("gpt-5", tokens(1, 1)))->pricing_used->service_tier,
            "");
}

TEST(CostCalculator, an_operator_prices_tiers_one_by_one) {
  const CostCalculator own(fetcher_with(
      R"([{"provider":"openai","model":"gpt-4o","service_tier":"flex","input":1,"output":4},)"
      R"({"provider":"openai","model":"gpt-4o","service_tier":"flex","from":"2026-05-01","input":2,)"
      R"("output":5},)"
      R"({"provider":"openai","model":"gpt-5","input":1,"output":1}])"));
  const auto cost = [&own](std::string model, std::string tier, PriceTime at) {
    auto row = record(std::move(model), tokens(1'000'000, 0));
    row.service_tier = std::move(tier);
    row.at = at;
    return own.calculate_cost(row)->total_cost->to_string();
  };
  EXPECT_EQ(cost("gpt-4o", "flex", spring), "1");
  EXPECT_EQ(cost("gpt-4o", "flex", spring + 24h * 60), "2");
  EXPECT_EQ(cost("gpt-4o", "", spring), "2.5") << "the sheet's: the operator says nothing of it";
  EXPECT_EQ(cost("gpt-5", "", spring), "1");
  EXPECT_EQ(cost("gpt-5", "flex", spring), "0.625") << "the sheet's";
  const auto settings = SettingsSnapshot::from(
      {{"pricing.overrides", R"([{"provider":"a","model":"b","service_tier":"slow","input":1}])"}});
  const auto refused =
      PricingFetcher::create({.settings = *settings, .providers = {}, .cache = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "pricing.overrides, entry 1: expected service_tier to be flex, priority or batch");
}

TEST(CostCalculator, an_operators_price_counts_on_its_days_alone) {
  const CostCalculator own(fetcher_with(
      R"([{"provider":"openai","model":"gpt-4o","from":"2026-04-01","to":"2026-05-01","input":1,)"
      R"("output":4}])"));
  const auto input = [&own](PriceTime at) {
    auto row = record("gpt-4o", tokens(1'000'000, 0));
    row.at = at;
    const auto cost = own.calculate_cost(row);
    return std::pair(cost->total_cost->to_string(), cost->pricing_used->source);
  };
  EXPECT_EQ(input(spring - 1s), std::pair(std::string("2.5"), PricingSource::built_in));
  EXPECT_EQ(input(spring), std::pair(std::string("1"), PricingSource::override_price));
  EXPECT_EQ(input(spring + 24h * 30 - 1s),
            std::pair(std::string("1"), PricingSource::override_price));
  EXPECT_EQ(input(spring + 24h * 30), std::pair(std::string("2.5"), PricingSource::built_in));
}

TEST(CostCalculator, a_granted_discount_is_taken_off_what_others_state) {
  const CostCalculator own(fetcher_with(
      R"([{"provider":"openai","model":"*","discount":0.1,"to":"2026-05-01"},)"
      R"({"provider":"openai","model":"gpt-5","discount":0.5,"service_tier":"flex"},)"
      R"({"provider":"openai","model":"mine","input":10,"output":0},)"
      R"({"provider":"openai","model":"less","input":10,"output":0,"discount":"0.25"}])"));
  const auto priced = [&own](std::string model, std::string tier, PriceTime at) {
    auto row = record(std::move(model), tokens(1'000'000, 0));
    row.service_tier = std::move(tier);
    row.at = at;
    const auto cost = own.calculate_cost(row);
    return cost->total_cost->to_string() + " less " +
           cost->pricing_used->discount.value_or("nothing");
  };
  EXPECT_EQ(priced("gpt-4o", "", spring), "2.25 less 0.1");
  EXPECT_EQ(priced("gpt-4o", "", spring + 24h * 30), "2.5 less nothing");
  EXPECT_EQ(priced("gpt-5", "", spring), "1.125 less 0.1");
  EXPECT_EQ(priced("gpt-5", "flex", spring), "0.3125 less 0.5");
  EXPECT_EQ(priced("mine", "", spring), "10 less nothing") << "the operator's own word";
  EXPECT_EQ(priced("less", "", spring), "7.5 less 0.25");
}

TEST(CostCalculator, prices_images_and_video_by_token_and_piece) {
  const CostCalculator own(fetcher_with(
      R"([{"provider":"openai","model":"painter","input":1,"output":2,"input_image":3,)"
      R"("input_video":4,"output_image":5,"output_video":6,"input_image_piece":1000,)"
      R"("output_image_piece":40000}])"));
  UsageCounts usage = tokens(1'000'000, 1'000'000);
  usage.input_image = 500'000;
  usage.input_video = 100'000;
  usage.output_image = 400'000;
  usage.output_video = 300'000;
  usage.input_image_pieces = 2;
  usage.output_image_pieces = 1;
  const auto cost = own.calculate_cost(record("painter", usage));
  ASSERT_TRUE(cost && cost->total_cost);
  EXPECT_EQ(cost->lines.size(), 8U);
  EXPECT_EQ(cost->prompt_cost->to_string(), "2.302");
  EXPECT_EQ(cost->completion_cost->to_string(), "4.44");
  EXPECT_EQ(cost->other_cost->to_string(), "0");
}

}  // namespace
}  // namespace tollway
