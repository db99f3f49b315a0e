#include "catalog/sheet_prices.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace tollway::catalog {
namespace {

using std::chrono::hours;

constexpr std::int64_t noon = 1'777'636'800;  // of 1 May 2026, UTC

std::shared_ptr<const pricing::PriceSheet> sheet(std::string_view text) {
  const std::array files{EmbeddedFile{.name = "own.json", .text = text}};
  auto read = pricing::PriceSheet::read(files);
  EXPECT_TRUE(read) << read.error().message;
  return std::make_shared<const pricing::PriceSheet>(std::move(*read));
}

TEST(SheetPrices, are_those_of_the_built_in_sheet) {
  const auto look_up = look_up_in_sheets(nullptr, noon);
  const auto prices = look_up("openai", "gpt-4o");
  EXPECT_EQ(prices[PriceKey::prompt], 2'500'000'000);
  EXPECT_EQ(prices[PriceKey::input_cache_read], 1'250'000'000);
  EXPECT_EQ(prices.source, PriceSource::built_in);
  EXPECT_GT(prices.as_of, 0);
  EXPECT_FALSE(look_up("openai", "gpt-that-nobody-made").known());
}

TEST(SheetPrices, have_an_override_for_each_window_and_each_length) {
  const auto own = sheet(
      R"({"provider":"openai","source":"me","date":"2026-05-01","models":[{"id":"m",
          "match":{"equals":"m"},"periods":[
            {"rates":{"input":{"base":"2","above":[[1000,"4"]]},"output":"8"}},
            {"daily":["16:30","00:30"],"rates":{"input":"1","output":"4"}}]}]})");
  const auto prices = look_up_in_sheets(own, noon)("openai", "m");
  EXPECT_EQ(prices.source, PriceSource::operators);
  EXPECT_EQ(prices[PriceKey::prompt], 2'000'000'000);
  EXPECT_TRUE(prices.depends_on_time());
  EXPECT_EQ(prices.at(hours(20))[PriceKey::prompt], 1'000'000'000);
  EXPECT_EQ(prices.at(hours(0))[PriceKey::prompt], 1'000'000'000);
  EXPECT_EQ(prices.at(hours(20)).at(hours(12))[PriceKey::prompt], 2'000'000'000);
  ASSERT_EQ(prices.overrides.size(), 3U);
  EXPECT_EQ(prices.overrides[1].above_prompt_tokens, 1000);
  EXPECT_EQ(prices.overrides[1].femtodollars[0], 4'000'000'000);
}

}  // namespace
}  // namespace tollway::catalog
