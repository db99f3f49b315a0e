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

TEST(PriceSheet, a_price_holds_until_its_last_day_is_over) {
  const auto sheet = read(R"(
    {"id":"m","match":{"equals":"m"},"periods":[
     {"rates":{"input":"2"}},{"from":"2026-09-01","to":"2026-10-01","rates":{"input":"1"}}]},
    {"id":"gone","match":{"equals":"gone"},"periods":[{"to":"2026-10-01","rates":{"input":"1"}}]})");
  EXPECT_EQ(input_price(sheet, "m", on(2026, 8, 31, 23h + 59min)), 2'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 1)), 1'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 9, 30, 23h + 59min)), 1'000'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 10, 1)), 2'000'000'000);
  EXPECT_EQ(input_price(sheet, "gone", on(2026, 9, 30)), 1'000'000'000);
  EXPECT_EQ(input_price(sheet, "gone", on(2026, 10, 1)), -2) << "unknown, not the last one";
  EXPECT_EQ(sheet.find("acme", "gone")->model->rates(on(2026, 10, 1), llm::ServiceTier::standard),
            nullptr);
}

TEST(PriceSheet, a_discount_is_taken_off_every_price) {
  const auto sheet = read(R"({"id":"m","match":{"equals":"m"},"periods":[
    {"rates":{"input":"2"}},
    {"to":"2026-10-01","discount":"0.25","rates":
      {"input":{"base":"2","above":[[1000,"4"]]},"output":"0.000001","request":"3"}}]})");
  const auto& model = *sheet.find("acme", "m")->model;
  const auto& during = *model.period(on(2026, 9, 1), llm::ServiceTier::standard);
  EXPECT_EQ(during.discount.billionths, 250'000'000);
  EXPECT_EQ(rate(during.rates, Unit::input)->base.femtodollars, 1'500'000'000);
  EXPECT_EQ(rate(during.rates, Unit::input)->at(1001).femtodollars, 3'000'000'000);
  EXPECT_EQ(rate(during.rates, Unit::output)->base.femtodollars, 750);
  EXPECT_EQ(rate(during.rates, Unit::request)->base.femtodollars, 2'250'000'000);
  EXPECT_EQ(input_price(sheet, "m", on(2026, 10, 1)), 2'000'000'000);
}

TEST(PriceSheet, what_is_left_of_a_price_is_rounded_half_to_even) {
  const Discount half{500'000'000};
  EXPECT_EQ(reduced(Price{1}, half).femtodollars, 0);
  EXPECT_EQ(reduced(Price{3}, half).femtodollars, 2);
  EXPECT_EQ(reduced(Price{9'223'372'036'854'775'807}, Discount{0}).femtodollars,
            9'223'372'036'854'775'807);
  EXPECT_EQ(reduced(Price{7}, Discount{Discount::whole}).femtodollars, 0) << "free";
}

TEST(PriceSheet, a_granted_discount_is_that_of_the_last_that_holds) {
  using llm::ServiceTier;
  const auto sheet = read(R"({"id":"m","match":{"equals":"m"},"periods":[{"rates":{}}]}],
    "discounts":[{"match":{"contains":""},"discount":"0.1"},
     {"match":{"equals":"M"},"discount":"0.2","to":"2026-10-01"},
     {"match":{"equals":"m"},"discount":"0.5","tier":"flex"}],"more":[)");
  EXPECT_TRUE(sheet.has_discounts());
  EXPECT_EQ(sheet.discount("acme", "n", ServiceTier::standard, on(2026, 9, 1))->billionths,
            100'000'000);
  EXPECT_EQ(sheet.discount("acme", "m", ServiceTier::standard, on(2026, 9, 1))->billionths,
            200'000'000);
  EXPECT_EQ(sheet.discount("acme", "m", ServiceTier::standard, on(2026, 10, 1))->billionths,
            100'000'000);
  EXPECT_EQ(sheet.discount("acme", "M", ServiceTier::flex, on(2026, 9, 1))->billionths,
            500'000'000);
  EXPECT_FALSE(sheet.discount("other", "m", ServiceTier::standard, on(2026, 9, 1)));
  EXPECT_FALSE(PriceSheet::built_in().has_discounts());
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
  EXPECT_EQ(refusal(R"({"id":"m","match":{"equals":"m"},"periods":[
              {"from":"2026-02-03","to":"2026-02-03","rates":{}}]})"),
            "acme.json: to: expected a day after that of from; it is the first that is not meant");
  EXPECT_EQ(
      refusal(R"({"id":"m","match":{"equals":"m"},"periods":[{"discount":"1.1","rates":{}}]})"),
      "acme.json: discount: expected the fraction that is not paid, 0 to 1, as 0.25");
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

std::int64_t built_in_price(std::string_view model, Unit unit, llm::ServiceTier tier,
                            SystemTime at = on(2026, 8, 21)) {
  const auto found = PriceSheet::built_in().find("openai", model);
  const auto* rates = found ? found->model->rates(at, tier) : nullptr;
  return rates == nullptr || !rate(*rates, unit) ? -1 : rate(*rates, unit)->base.femtodollars;
}

// The source has it in gpt-4o's row; OpenRouter's list has its price, and nobody those of its
// tiers.
TEST(PriceSheet, the_first_gpt_4o_has_a_price_of_its_own_and_no_known_tiers) {
  using enum llm::ServiceTier;
  EXPECT_EQ(built_in_price("gpt-4o-2024-05-13", Unit::input, standard), 5'000'000'000);
  EXPECT_EQ(built_in_price("gpt-4o-2024-05-13", Unit::output, standard), 15'000'000'000);
  EXPECT_EQ(built_in_price("gpt-4o-2024-05-13", Unit::input, batch), -1);
  EXPECT_EQ(built_in_price("gpt-4o-2024-05-13", Unit::input, priority), -1);
  EXPECT_EQ(built_in_price("gpt-4o-2024-08-06", Unit::input, standard), 2'500'000'000);
  EXPECT_EQ(built_in_price("gpt-4o", Unit::input, priority), 4'250'000'000);
}

TEST(PriceSheet, openais_batches_and_flex_are_half_of_the_standard_price) {
  using enum llm::ServiceTier;
  int compared = 0;
  for (const auto& vendor : PriceSheet::built_in().vendors()) {
    if (vendor.provider != "openai") continue;
    for (const auto& model : vendor.models) {
      for (const auto tier : {batch, flex}) {
        for (const auto unit : {Unit::input, Unit::output}) {
          const auto reduced = built_in_price(model.id, unit, tier);
          if (reduced < 0) continue;
          ++compared;
          EXPECT_EQ(2 * reduced, built_in_price(model.id, unit, standard)) << model.id;
        }
      }
    }
  }
  EXPECT_GT(compared, 40);
}

TEST(PriceSheet, a_tier_has_no_price_from_before_it_is_known) {
  using enum llm::ServiceTier;
  EXPECT_EQ(built_in_price("o3", Unit::input, flex), 1'000'000'000);
  EXPECT_EQ(built_in_price("o3", Unit::input, flex, on(2025, 6, 9)), -1);
  EXPECT_EQ(built_in_price("o3", Unit::input, standard, on(2025, 6, 9)), 10'000'000'000);
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
