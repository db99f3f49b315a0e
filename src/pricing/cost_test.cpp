#include "pricing/cost.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tollway::pricing {
namespace {

Rates rates_with(std::initializer_list<std::pair<Unit, std::int64_t>> prices) {
  Rates rates;
  for (const auto& [unit, femtodollars] : prices) {
    rates[static_cast<std::size_t>(unit)] = TieredPrice{.base = {femtodollars}, .tiers = {}};
  }
  return rates;
}

// Three dollars a million in, fifteen out.
constexpr std::int64_t three = 3'000'000'000;
constexpr std::int64_t fifteen = 15'000'000'000;

std::optional<std::int64_t> total(const llm::MeteredUsage& usage, const Rates& rates) {
  const auto cost = cost_of(usage, rates);
  EXPECT_TRUE(cost);
  if (!cost || !cost->total) return std::nullopt;
  return cost->total->nanodollars;
}

TEST(Cost, of_a_plain_request_is_input_and_output) {
  const auto rates = rates_with({{Unit::input, three}, {Unit::output, fifteen}});
  const auto cost = cost_of({.input = 43, .output = 119}, rates);
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->total->to_string(), "0.001914");
  EXPECT_EQ(cost->prompt->to_string(), "0.000129");
  EXPECT_EQ(cost->completion->to_string(), "0.001785");
  ASSERT_EQ(cost->lines.size(), 2U);
}

// wire.md 8.3: Claude Sonnet 4.6, 8 March 2026.
TEST(Cost, of_cached_tokens_is_not_that_of_input) {
  const auto rates = rates_with({{Unit::input, three},
                                 {Unit::cache_read, 300'000'000},
                                 {Unit::cache_write_5m, 3'750'000'000},
                                 {Unit::output, fifteen}});
  EXPECT_EQ(total({.input = 3214, .cache_write_5m = 3211}, rates), 12'050'250);
  EXPECT_EQ(total({.input = 3329, .cache_read = 3211, .cache_write_5m = 115}, rates), 1'403'550);
}

TEST(Cost, of_parts_without_a_price_is_that_of_the_whole) {
  const auto rates = rates_with({{Unit::input, three}, {Unit::output, fifteen}});
  const auto plain = total({.input = 100, .output = 50}, rates);
  EXPECT_EQ(total({.input = 100,
                   .cache_read = 20,
                   .cache_write_5m = 20,
                   .cache_write_1h = 20,
                   .input_audio = 20,
                   .cache_read_audio = 5,
                   .output = 50,
                   .reasoning = 40,
                   .output_audio = 5,
                   .output_image = 5},
                  rates),
            plain);
}

TEST(Cost, of_an_hour_in_the_cache_is_that_of_five_minutes_where_it_has_no_price_of_its_own) {
  auto rates = rates_with({{Unit::input, three}, {Unit::cache_write_5m, 3'750'000'000}});
  EXPECT_EQ(total({.input = 1000, .cache_write_1h = 1000}, rates), 3'750'000);
  rates[static_cast<std::size_t>(Unit::cache_write_1h)] =
      TieredPrice{.base = {2 * three}, .tiers = {}};
  EXPECT_EQ(total({.input = 1000, .cache_write_1h = 1000}, rates), 6'000'000);
}

TEST(Cost, of_a_tier_holds_for_the_whole_request_and_strictly_above_the_threshold) {
  auto rates = rates_with({{Unit::input, three}, {Unit::output, fifteen}});
  rates[0]->tiers = {{.above_prompt_tokens = 200'000, .price = {2 * three}}};
  EXPECT_EQ(total({.input = 200'000}, rates), 600'000'000);
  EXPECT_EQ(total({.input = 200'001}, rates), 1'200'006'000);
}

// The recording openrouter-test-openrouter-cache-instructions-gemini-real-api-0.
TEST(Cost, of_what_is_written_and_read_back_at_once_is_both) {
  const auto rates = rates_with({{Unit::input, 300'000'000},
                                 {Unit::cache_read, 30'000'000},
                                 {Unit::cache_write_5m, 83'333'333},
                                 {Unit::output, 2'500'000'000}});
  EXPECT_EQ(
      total({.input = 2168, .cache_read = 2161, .cache_write_5m = 2161, .output = 100}, rates),
      497'013);
}

TEST(Cost, of_images_and_video_is_their_own_where_they_have_one) {
  auto rates = rates_with({{Unit::input, three}, {Unit::output, fifteen}});
  const llm::MeteredUsage usage{.input = 1000,
                                .cache_read = 300,
                                .input_image = 400,
                                .input_video = 500,
                                .output = 100,
                                .output_image = 20,
                                .output_video = 30};
  EXPECT_EQ(total(usage, rates), 3'000'000 + 1'500'000) << "tokens as any other";
  const auto price = [&rates](Unit unit, std::int64_t femtodollars) {
    rates[static_cast<std::size_t>(unit)] = TieredPrice{.base = {femtodollars}, .tiers = {}};
  };
  price(Unit::cache_read, 0);
  price(Unit::input_image, 5'000'000'000);
  price(Unit::input_video, 7'000'000'000);
  price(Unit::output_image, 30'000'000'000);
  price(Unit::output_video, 60'000'000'000);
  // 700 tokens are not from the cache: 400 of images, and video has the other 300.
  EXPECT_EQ(total(usage, rates), 2'000'000 + 2'100'000 + 750'000 + 600'000 + 1'800'000);
  EXPECT_FALSE(cost_of({.input = 10, .input_image = 6, .input_video = 5}, rates));
  EXPECT_FALSE(cost_of({.output = 10, .output_image = 6, .output_video = 5}, rates));
}

TEST(Cost, of_whole_images_is_by_the_piece_or_unknown) {
  auto rates = rates_with({{Unit::input, three}, {Unit::output, fifteen}});
  EXPECT_FALSE(total({.input = 1, .input_image_pieces = 1}, rates));
  EXPECT_EQ(total({.input = 1}, rates), 3'000);
  rates[static_cast<std::size_t>(Unit::input_image_piece)] =
      TieredPrice{.base = {1'000'000'000'000}, .tiers = {}};
  rates[static_cast<std::size_t>(Unit::output_image_piece)] =
      TieredPrice{.base = {40'000'000'000'000}, .tiers = {}};
  const auto cost = cost_of({.input = 1, .input_image_pieces = 2, .output_image_pieces = 3}, rates);
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->prompt->nanodollars, 3'000 + 2'000'000);
  EXPECT_EQ(cost->completion->nanodollars, 120'000'000);
}

TEST(Cost, that_nobody_knows_is_not_zero) {
  const auto rates = rates_with({{Unit::input, three}});
  const auto cost = cost_of({.input = 10, .output = 1}, rates);
  ASSERT_TRUE(cost);
  EXPECT_FALSE(cost->total);
  EXPECT_FALSE(cost->completion);
  EXPECT_EQ(cost->prompt->nanodollars, 30'000);
  EXPECT_FALSE(total({.input = 10, .web_searches = 1}, rates));
  EXPECT_EQ(total({.input = 10}, rates), 30'000);
  EXPECT_FALSE(total({.input = 1}, {}));
  EXPECT_EQ(total({.input = 1'000'000}, rates_with({{Unit::input, 0}})), 0) << "free";
}

TEST(Cost, M08_price_times_tokens_overflows) {
  const auto rates = rates_with({{Unit::input, std::numeric_limits<std::int64_t>::max()}});
  EXPECT_FALSE(cost_of({.input = 1'000'000'000}, rates));
  const auto sum = rates_with(
      {{Unit::input, 9'000'000'000'000'000'000}, {Unit::output, 9'000'000'000'000'000'000}});
  EXPECT_TRUE(cost_of({.input = 1'000'000}, sum));
  EXPECT_FALSE(cost_of({.input = 1'000'000, .output = 1'000'000}, sum));
}

TEST(Cost, M09_negative_usage_never_credits) {
  const auto rates = rates_with({{Unit::input, three}, {Unit::output, fifteen}});
  EXPECT_FALSE(cost_of({.input = -1}, rates));
  EXPECT_FALSE(cost_of({.input = 10, .cache_read = -1}, rates));
  EXPECT_FALSE(cost_of({.input = 10, .cache_read = 11}, rates));
  EXPECT_FALSE(cost_of({.input = 10, .input_audio = 3, .cache_read_audio = 4}, rates));
  EXPECT_FALSE(cost_of({.output = 10, .output_audio = 6, .output_image = 5}, rates));
  EXPECT_FALSE(cost_of({.input = 1'000'000'000'001}, rates));
  EXPECT_EQ(total({.output = 10, .reasoning = 11}, rates), 150'000) << "an estimate may exceed";
}

}  // namespace
}  // namespace tollway::pricing
