#include "gateway/prices.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "providers/descriptor.hpp"

namespace tollway::gateway {
namespace {

using pricing::Unit;
using std::chrono::seconds;
using std::chrono::system_clock;

const system_clock::time_point start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

catalog::Listing listing(std::string_view provider, std::string_view body) {
  auto read = catalog::read_listing(*providers::find(providers::built_in(), provider), body, 1000);
  EXPECT_TRUE(read) << read.error().message;
  return std::move(*read);
}

template <class... Listing>
catalog::CataloguePointer catalogue(Listing... listings) {
  const std::vector<catalog::Listing> all{std::move(listings)...};
  return std::make_shared<const catalog::Catalogue>(all);
}

// Femtodollars a token; -1 where there is no price.
std::int64_t price(Prices& prices, std::string_view provider, std::string_view model, Unit unit,
                   system_clock::time_point at = start, std::int64_t prompt_tokens = 1) {
  const auto* const rates = prices.find(provider, model, at).rates;
  if (rates == nullptr || !rate(*rates, unit)) return -1;
  return rate(*rates, unit)->at(prompt_tokens).femtodollars;
}

constexpr std::string_view openrouter_row = R"({"data":[{"id":"openai/gpt-4o",
  "canonical_slug":"openai/gpt-4o","architecture":{"tokenizer":"GPT"},"pricing":{"prompt":"0.000007","completion":"0.00002",
  "input_cache_read":"0.000001","overrides":[{"min_prompt_tokens":1000,"prompt":"0.000009"}]}}]})";

TEST(GatewayPrices, AProvidersOwnListComesFirst) {
  Prices prices({}, [] { return catalogue(listing("openrouter", openrouter_row)); });
  EXPECT_EQ(price(prices, "openrouter", "openai/gpt-4o", Unit::input), 7'000'000'000);
  EXPECT_EQ(price(prices, "openrouter", "openai/gpt-4o", Unit::cache_read), 1'000'000'000);
  EXPECT_EQ(price(prices, "openrouter", "openai/gpt-4o", Unit::input, start, 1001), 9'000'000'000)
      << "with its tiers";
  // Another vendor's price is none.
  EXPECT_NE(price(prices, "openai", "gpt-4o", Unit::input), 7'000'000'000);
  EXPECT_GT(price(prices, "openai", "gpt-4o", Unit::input), 0);
}

TEST(GatewayPrices, ANewListCountsWithinASecond) {
  catalog::CataloguePointer newest = catalogue();
  Prices prices({}, [&newest] { return newest; });
  const auto before = price(prices, "openrouter", "openai/gpt-4o", Unit::input);
  EXPECT_GT(before, 0) << "the built-in sheet";
  newest = catalogue(listing("openrouter", openrouter_row));
  EXPECT_EQ(price(prices, "openrouter", "openai/gpt-4o", Unit::input, start + seconds(1)),
            7'000'000'000);
}

TEST(GatewayPrices, AListThatSaysWhatTheSheetSaysLeavesTheSheetWhichKnowsMore) {
  Prices alone;
  const auto input = price(alone, "openai", "gpt-4o", Unit::input);
  const auto output = price(alone, "openai", "gpt-4o", Unit::output);
  const auto cached = price(alone, "openai", "gpt-4o", Unit::cache_read);
  ASSERT_GT(cached, 0);
  const auto with = [](std::int64_t prompt, std::int64_t completion) {
    catalog::Listing list = listing("openai", R"({"data":[{"id":"gpt-4o","object":"model"}]})");
    auto& stated = list.models.front().prices;
    stated.source = catalog::PriceSource::provider_list;
    stated[catalog::PriceKey::prompt] = prompt;
    stated[catalog::PriceKey::completion] = completion;
    return list;
  };
  Prices same({}, [&] { return catalogue(with(input, output)); });
  EXPECT_EQ(price(same, "openai", "gpt-4o", Unit::cache_read), cached);
  Prices other({}, [&] { return catalogue(with(input + 1, output)); });
  EXPECT_EQ(price(other, "openai", "gpt-4o", Unit::input), input + 1);
}

// The built-in sheet has the same input and output, no audio or search, and another cache read.
constexpr std::string_view gemini_row = R"({"data":[{"id":"google/gemini-2.5-flash",
  "canonical_slug":"google/gemini-2.5-flash","architecture":{"tokenizer":"Gemini"},"pricing":{
  "prompt":"0.0000003","completion":"0.0000025","input_cache_read":"0.00000003","audio":"0.000001",
  "web_search":"0.014"}}]})";

TEST(GatewayPrices, WhatAListStatesIsNeverTheSheets) {
  Prices prices({}, [] { return catalogue(listing("openrouter", gemini_row)); });
  const auto of = [&prices](Unit unit) {
    return price(prices, "openrouter", "google/gemini-2.5-flash", unit);
  };
  EXPECT_EQ(of(Unit::cache_read), 30'000'000);
  EXPECT_EQ(of(Unit::input_audio), 1'000'000'000);
  EXPECT_EQ(of(Unit::web_search), 14'000'000'000'000);
  EXPECT_GT(of(Unit::cache_write_5m), 0) << "which the sheet alone knows";
}

TEST(GatewayPrices, OpenRoutersBuiltInListComesBeforeTheSheetAndAfterTheOperator) {
  Prices prices({}, [] { return catalogue(catalog::read_built_in_listing()); });
  const std::string_view claude = "anthropic/claude-3.7-sonnet";
  EXPECT_EQ(price(prices, "openrouter", claude, Unit::cache_read), 300'000'000);
  const std::array files{EmbeddedFile{
      .name = "overrides",
      .text = R"({"provider":"openrouter","source":"a test","date":"","models":[{"id":"own",
        "match":{"equals":"anthropic/claude-3.7-sonnet"},"periods":[{"rates":{"input":"1"}}]}]})"}};
  prices.use(std::make_shared<const pricing::PriceSheet>(*pricing::PriceSheet::read(files)));
  EXPECT_EQ(price(prices, "openrouter", claude, Unit::input), 1'000'000'000);
}

TEST(GatewayPrices, OpenRouterHasNoModelWithoutAnAuthor) {
  Prices prices;
  EXPECT_GT(price(prices, "openrouter", "openai/gpt-4o-2024-08-06", Unit::input), 0);
  EXPECT_EQ(prices.find("openrouter", "gpt-4o-2024-08-06", start).rates, nullptr);
}

// xAI's list: a cached token's price, and all of them above 200,000 tokens.
TEST(GatewayPrices, AVendorsListStatesCachedTokensAndLongPrompts) {
  Prices prices({}, [] {
    return catalogue(listing("xai", R"({"models":[{"id":"grok-9","prompt_text_token_price":12500,
      "cached_prompt_text_token_price":2000,"completion_text_token_price":25000,
      "long_context_threshold":200000,"prompt_text_token_price_long_context":25000,
      "cached_prompt_text_token_price_long_context":4000,
      "completion_text_token_price_long_context":50000}]})"));
  });
  const auto of = [&prices](Unit unit, std::int64_t prompt_tokens) {
    return price(prices, "xai", "grok-9", unit, start, prompt_tokens);
  };
  EXPECT_EQ(of(Unit::cache_read, 200'000), 200'000'000);
  EXPECT_EQ(of(Unit::cache_read, 200'001), 400'000'000);
  EXPECT_EQ(of(Unit::input, 200'001), 2'500'000'000);
  EXPECT_EQ(of(Unit::output, 200'001), 5'000'000'000);
}

TEST(GatewayPrices, WithoutAPriceThereIsNone) {
  Prices prices;
  EXPECT_EQ(prices.find("openai", "no-such-model", start).rates, nullptr);
  EXPECT_EQ(prices.find("openai", "", start).rates, nullptr);
}

TEST(GatewayPrices, EachTierHasItsOwnPriceOrNone) {
  using llm::ServiceTier;
  // A list states the standard tier alone.
  Prices prices({}, [] { return catalogue(listing("openrouter", openrouter_row)); });
  const auto input = [&prices](std::string_view model, ServiceTier tier) -> std::int64_t {
    const auto* const rates = prices.find("openai", model, start, tier).rates;
    return rates == nullptr ? -1 : rate(*rates, Unit::input)->base.femtodollars;
  };
  EXPECT_EQ(input("gpt-5", ServiceTier::standard), 1'250'000'000);
  EXPECT_EQ(input("gpt-5", ServiceTier::flex), 625'000'000);
  EXPECT_EQ(input("gpt-5", ServiceTier::priority), 2'500'000'000);
  EXPECT_EQ(input("gpt-5:batch", ServiceTier::standard), 625'000'000);
  EXPECT_EQ(input("gpt-4o", ServiceTier::flex), -1);
  EXPECT_EQ(input("gpt-5", ServiceTier::other), -1);
  EXPECT_EQ(prices.find("openrouter", "openai/gpt-4o", start, ServiceTier::flex).rates, nullptr);
  Prices demonstration({{"echo", {}}}, {});
  EXPECT_NE(demonstration.find("demonstration", "echo", start).rates, nullptr);
  EXPECT_EQ(demonstration.find("demonstration", "echo", start, ServiceTier::flex).rates, nullptr);
}

Prices::Overrides overrides(std::string_view rest) {
  const std::string text =
      R"({"provider":"openai","source":"a test","date":"",)" + std::string(rest) + "}";
  const std::array files{EmbeddedFile{.name = "overrides", .text = text}};
  auto sheet = pricing::PriceSheet::read(files);
  EXPECT_TRUE(sheet) << sheet.error().message;
  return std::make_shared<const pricing::PriceSheet>(std::move(*sheet));
}

TEST(GatewayPrices, TheOperatorsCountWhileTheyHold) {
  Prices prices;
  const auto listed = price(prices, "openai", "gpt-4o", Unit::input);
  prices.use(overrides(R"("models":[{"id":"gpt-4o","match":{"equals":"gpt-4o"},"periods":[
    {"from":"2026-11-23","to":"2026-11-24","rates":{"input":"1","output":"1"}}]}])"));
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input, start - seconds(1)), listed);
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input), 1'000'000'000);
  const auto next_day = start + std::chrono::days(1);
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input, next_day), listed);
}

TEST(GatewayPrices, AGrantedDiscountIsTakenOffWhatOthersState) {
  Prices prices;
  const auto listed = price(prices, "openai", "gpt-4o", Unit::input);
  prices.use(overrides(R"("models":[{"id":"own","match":{"equals":"own"},"periods":[
    {"rates":{"input":"1"}}]}],
    "discounts":[{"match":{"contains":""},"discount":"0.2","to":"2026-11-24"}])"));
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input), listed * 4 / 5);
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input), listed * 4 / 5) << "remembered";
  EXPECT_EQ(price(prices, "openai", "own", Unit::input), 1'000'000'000);
  const auto next_day = start + std::chrono::days(1);
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input, next_day), listed);
  EXPECT_EQ(prices.find("openai", "no-such-model", start).rates, nullptr);
  prices.use(nullptr);
  EXPECT_EQ(price(prices, "openai", "gpt-4o", Unit::input), listed);
}

TEST(GatewayPrices, EachPriceSaysWhoStatesItAndWhen) {
  using ledger::PriceSource;
  using Origin = Prices::Origin;
  constexpr std::int32_t day = 20'780;
  auto own_list = listing("openai", R"({"data":[{"id":"gpt-4o","object":"model"}]})");
  auto& stated = own_list.models.front().prices;
  stated.source = catalog::PriceSource::provider_list;
  stated.as_of = std::int64_t{day} * 86'400 + 4711;
  stated[catalog::PriceKey::prompt] = 1;
  stated[catalog::PriceKey::completion] = 2;
  Prices prices({{"echo", {}}},
                [&] { return catalogue(own_list, catalog::read_built_in_listing()); });
  prices.use(overrides(R"("models":[{"id":"gpt-5","match":{"equals":"gpt-5"},"periods":[
    {"to":"2026-11-24","rates":{"input":"1"}}]}])"));
  const auto of = [&prices](std::string_view provider, std::string_view model,
                            system_clock::time_point at = start) {
    return prices.find(provider, model, at).origin;
  };
  EXPECT_EQ(of("openai", "gpt-4o"), (Origin{PriceSource::provider_list, day}));
  EXPECT_EQ(of("openai", "gpt-4o"), (Origin{PriceSource::provider_list, day})) << "remembered";
  EXPECT_EQ(of("openai", "gpt-5"), (Origin{PriceSource::override_price, 0}));
  const auto after = of("openai", "gpt-5", start + std::chrono::days(1));
  EXPECT_EQ(after.source, PriceSource::built_in) << "the operator's holds no more";
  EXPECT_GT(after.day, 20'000);
  const auto listed = of("openrouter", "anthropic/claude-3.7-sonnet");
  EXPECT_EQ(listed.source, PriceSource::built_in);
  EXPECT_GT(listed.day, 20'000);
  EXPECT_EQ(of("demonstration", "echo"), (Origin{PriceSource::own, 0}));
  EXPECT_EQ(of("openai", "no-such-model"), Origin{});
}

TEST(GatewayPrices, OpenRoutersTiersCostWhatItsTierEndpointsSay) {
  using llm::ServiceTier;
  Prices prices({}, [] { return catalogue(listing("openrouter", openrouter_row)); });
  int asked = 0;
  std::shared_ptr<const std::string> known;
  prices.ask_for_tiers([&](const std::string& model) {
    ++asked;
    EXPECT_EQ(model, "openai/gpt-4o");
    return known;
  });
  const auto input = [&](ServiceTier tier) -> std::int64_t {
    const auto* const rates = prices.find("openrouter", "openai/gpt-4o", start, tier).rates;
    return rates == nullptr ? -1 : rate(*rates, Unit::input)->base.femtodollars;
  };
  EXPECT_EQ(input(ServiceTier::standard), 7'000'000'000);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(input(ServiceTier::flex), -1) << "asked for, but not there yet";
  known = std::make_shared<const std::string>(
      R"({"data":{"endpoints":[{"tag":"openai/flex","pricing":{"prompt":"0.0000035",)"
      R"("completion":"0.00001"}}]}})");
  EXPECT_EQ(input(ServiceTier::flex), 3'500'000'000);
  EXPECT_EQ(input(ServiceTier::flex), 3'500'000'000);
  EXPECT_EQ(asked, 2) << "remembered";
  EXPECT_EQ(input(ServiceTier::priority), -1) << "no other tier's price";
  EXPECT_EQ(prices.find("openai", "gpt-4o", start, ServiceTier::flex).rates, nullptr)
      << "OpenRouter's price is nobody else's";
}

}  // namespace
}  // namespace tollway::gateway
