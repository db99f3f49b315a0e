#include "pricing/price_sheet.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace tollway::pricing {
namespace {

using namespace std::chrono_literals;

SystemTime on(int year, unsigned month, unsigned day, std::chrono::minutes time = 0min) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         time;
}

PriceSheet read(std::string_view models, std::string_view extra = "") {
  const auto text = R"({"provider":"acme","source":"a test","date":"2026-08-21")" +
                    std::string(extra) + R"(,"models":[)" + std::string(models) + "]}";
  const std::array files{EmbeddedFile{.name = "acme.json", .text = text}};
  auto sheet = PriceSheet::read(files);
  EXPECT_TRUE(sheet) << (sheet ? "" : sheet.error().message);
  return sheet ? std::move(*sheet) : PriceSheet{};
}

std::string refusal(std::string_view model) {
  const auto text = R"({"provider":"acme","source":"a test","date":"2026-08-21","models":[)" +
                    std::string(model) + "]}";
  const std::array files{EmbeddedFile{.name = "acme.json", .text = text}};
  const auto sheet = PriceSheet::read(files);
  return sheet ? "" : sheet.error().message;
}

std::int64_t input_price(const PriceSheet& sheet, std::string_view model, SystemTime at) {
  const auto found = sheet.find("acme", model);
  if (!found) return -1;
  const auto& price = rate(found->model->rates(at), Unit::input);
  return price ? price->base.femtodollars : -2;
}

TEST(PriceSheet, names_match_by_rule_and_without_regard_to_case) {
  const auto sheet = read(R"(
    {"id":"one","match":{"or":[{"equals":"One"},{"starts_with":"one-"}]},"periods":[{"rates":{"input":"1"}}]},
    {"id":"two","match":{"and":[{"contains":"tw"},{"ends_with":"o"}]},"periods":[{"rates":{"input":"2"}}]},
    {"id":"three","match":{"regex":"^three-\\d+$"},"periods":[{"rates":{"input":"0.000001"}}]})");
  const auto now = on(2026, 8, 21);
  EXPECT_EQ(input_price(sheet, "ONE", now), 1'000'000'000);
  EXPECT_EQ(input_price(sheet, "one-2026", now), 1'000'000'000);
  EXPECT_EQ(input_price(sheet, "a-two", now), 2'000'000'000);
  EXPECT_EQ(input_price(sheet, "Three-17", now), 1000);
  EXPECT_EQ(input_price(sheet, "three-x", now), -1);
  EXPECT_EQ(input_price(sheet, std::string(257, 'o'), now), -1);
  EXPECT_FALSE(sheet.find("other", "one"));
}

TEST(PriceSheet, a_price_holds_from_its_date) {
  const auto sheet = read(R"({"id":"m","match":{"equals":"m"},"periods":[
    {"rates":{"input":"2"}},{"from":"2026-09-01","rates":{"input":"3"}}]})");
  EXPECT_EQ(input_price(sheet, "m", on(2026, 8, 31, 23h + 59min)), 2'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 1)), 3'000'000'000);
}

TEST(PriceSheet, a_price_holds_in_its_hours) {
  const auto sheet = read(R"({"id":"m","match":{"equals":"m"},"periods":[
    {"rates":{"input":"1"}},{"daily":["22:00","01:30"],"rates":{"input":"2"}}]})");
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 1, 21h + 59min)), 1'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 1, 22h)), 2'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 1, 1h + 29min)), 2'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 1, 1h + 30min)), 1'000'000'000);
}

TEST(PriceSheet, what_does_not_fit_is_refused_with_its_file) {
  EXPECT_EQ(refusal(R"({"id":"m"})"), "acme.json: expected a member \"match\"");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"like":"m"},"periods":[]})"),
            "acme.json: match: unknown rule \"like\"");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"periods":[]})"),
            "acme.json: m: expected a period");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"periods":[{"rates":{"input":"-1"}}]})"),
            "acme.json: input: expected dollars per million as a decimal of 0 or more");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"periods":[{"rates":{"tea":"1"}}]})"),
            "acme.json: rates: unknown unit \"tea\"");
  EXPECT_EQ(
      refusal(R"({"id":"m","match":{"equals":"m"},"periods":[{"from":"2026-02-30","rates":{}}]})"),
      "acme.json: from: expected a date as 2026-03-13, got \"2026-02-30\"");
  EXPECT_NE(refusal(R"({"id":)"), "");
  EXPECT_NE(refusal(R"({"id":"m","match":{"regex":"("},"periods":[{"rates":{}}]})"), "");
}

TEST(PriceSheet, the_built_in_one_is_whole) {
  const auto& sheet = PriceSheet::built_in();
  EXPECT_GE(sheet.vendors().size(), 34U);
  for (const auto& vendor : sheet.vendors()) {
    EXPECT_FALSE(vendor.source.empty() || vendor.date.empty()) << vendor.provider;
    for (const auto& other : vendor.fallback) {
      EXPECT_EQ(std::ranges::count(sheet.vendors(), other, &VendorSheet::provider), 1) << other;
    }
  }
  const auto found = sheet.find("azure", "gpt-4o");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sheet->provider, "openai") << "Azure offers OpenAI's models";
}

TEST(PriceSheet, a_makers_model_is_found_by_its_name_alone) {
  const auto& sheet = PriceSheet::built_in();
  const auto own = sheet.find("openai", "gpt-5.6-sol");
  ASSERT_TRUE(own);
  EXPECT_EQ(sheet.find_by_name("openai/gpt-5.6-sol")->model, own->model);
  EXPECT_EQ(sheet.find_by_name("gpt-5.6-sol")->model, own->model);
  EXPECT_EQ(sheet.find_by_name("x-ai/grok-4")->sheet->provider, "x-ai");
  EXPECT_FALSE(sheet.find_by_name("anthropic/gpt-5.6-sol"));
  EXPECT_FALSE(sheet.find_by_name("nobody/gpt-5.6-sol"));
}

TEST(PriceSheet, tiers_have_prices_of_their_own) {
  using llm::ServiceTier;
  const auto sheet = read(R"(
    {"id":"m","match":{"equals":"m"},"periods":[{"rates":{"input":"2"}}],
     "tiers":{"flex":[{"rates":{"input":"1"}},{"from":"2026-09-01","rates":{"input":"1.5"}}]}},
    {"id":"only","match":{"equals":"only"},"tiers":{"batch":[{"rates":{"input":"1"}}]}})");
  const auto& model = *sheet.find("acme", "m")->model;
  const auto input = [](const Rates* rates) {
    return rates == nullptr ? -1 : rate(*rates, Unit::input)->base.femtodollars;
  };
  EXPECT_EQ(input(model.rates(on(2026, 8, 1), ServiceTier::standard)), 2'000'000'000);
  EXPECT_EQ(input(model.rates(on(2026, 8, 1), ServiceTier::flex)), 1'000'000'000);
  EXPECT_EQ(input(model.rates(on(2026, 9, 1), ServiceTier::flex)), 1'500'000'000);
  EXPECT_EQ(input(model.rates(on(2026, 9, 1), ServiceTier::priority)), -1) << "not standard's";
  EXPECT_EQ(input(model.rates(on(2026, 9, 1), ServiceTier::other)), -1);
  const auto& only = *sheet.find("acme", "only")->model;
  EXPECT_TRUE(only.has_prices(ServiceTier::batch));
  EXPECT_FALSE(only.has_prices());
  EXPECT_EQ(only.rates(on(2026, 9, 1), ServiceTier::standard), nullptr);
  EXPECT_FALSE(rate(only.rates(on(2026, 9, 1)), Unit::input));
}

TEST(PriceSheet, tiers_that_cannot_be_are_refused) {
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"tiers":{"default":[{"rates":{}}]}})"),
            "acme.json: tiers: expected flex, priority or batch, got \"default\"");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"tiers":{"scale":[{"rates":{}}]}})"),
            "acme.json: tiers: expected flex, priority or batch, got \"scale\"");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"tiers":{"flex":[]}})"),
            "acme.json: m: expected a period");
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"tiers":{}})"),
            "acme.json: m: expected a period");
}

TEST(PriceSheet, the_suffix_of_a_batch_is_its_tier) {
  using llm::ServiceTier;
  const auto split = tier_of_model("gpt-4o:batch", ServiceTier::standard);
  EXPECT_EQ(split.model, "gpt-4o");
  EXPECT_EQ(split.tier, ServiceTier::batch);
  EXPECT_EQ(tier_of_model("gpt-4o:free", ServiceTier::standard).model, "gpt-4o:free");
  EXPECT_EQ(tier_of_model("gpt-4o", ServiceTier::flex).tier, ServiceTier::flex);
}

}  // namespace
}  // namespace tollway::pricing
