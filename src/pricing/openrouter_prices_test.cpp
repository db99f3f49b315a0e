#include "pricing/openrouter_prices.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace tollway::pricing {
namespace {

using namespace std::chrono_literals;

std::vector<ListedPrices> read(std::string_view pricing) {
  std::vector<std::string> problems;
  const auto text =
      R"({"data":[{"id":"a/b","canonical_slug":"a/b-1","pricing":)" + std::string(pricing) + "}]}";
  auto listed = read_openrouter_prices(text, problems);
  EXPECT_TRUE(listed);
  EXPECT_EQ(listed->size() + problems.size(), 1U);
  return *listed;
}

std::int64_t price(const ListedPrices& listed, Unit unit, std::int64_t prompt_tokens = 0,
                   std::chrono::minutes time = 0min) {
  const auto at = SystemTime(std::chrono::sys_days(std::chrono::days(20'000)) + time);
  const PricedModel model{.id = {}, .match = {}, .context_length = {}, .periods = listed.periods};
  const auto& found = rate(model.rates(at), unit);
  return found ? found->at(prompt_tokens).femtodollars : -1;
}

TEST(OpenRouterPrices, are_dollars_a_unit) {
  const auto rows = read(
      R"({"prompt":"0.000003","completion":"0.000015","input_cache_write":"0.00000008333333333333334",
          "web_search":"0.014","image":"0.01"})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(price(rows[0], Unit::input), 3'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::output), 15'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::cache_write_5m), 83'333'333);
  EXPECT_EQ(price(rows[0], Unit::web_search), 14'000'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::cache_read), -1) << "not priced separately is not free";
}

TEST(OpenRouterPrices, of_images_are_by_token_and_by_piece) {
  const auto rows = read(
      R"({"prompt":"0.000003","completion":"0.000015","image_token":"0.000004",
          "image":"0.0048","image_output":"0.04"})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(price(rows[0], Unit::input_image), 4'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::input_image_piece), 4'800'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::output_image_piece), 40'000'000'000'000);
}

// wire.md 5.4: displayed prices already contain it.
TEST(OpenRouterPrices, have_their_discount_in_them) {
  const auto rows = read(R"({"prompt":"0.000003","completion":"0.000015","discount":0.25})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(price(rows[0], Unit::input), 3'000'000'000);
  EXPECT_EQ(rows[0].periods.front().discount.billionths, 250'000'000);
  const auto odd = read(R"({"prompt":"0.000003","completion":"0.000015","discount":"most"})");
  ASSERT_EQ(odd.size(), 1U);
  EXPECT_EQ(odd[0].periods.front().discount.billionths, 0);
}

TEST(OpenRouterPrices, of_routers_are_not_known_before_routing) {
  const auto rows = read(R"({"prompt":"-1","completion":"-1"})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].periods.empty());
}

TEST(OpenRouterPrices, overrides_by_length_hold_strictly_above_it) {
  const auto rows = read(
      R"({"prompt":"0.000001","completion":"0.000002",
          "overrides":[{"min_prompt_tokens":200000,"prompt":"0.000003"}]})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(price(rows[0], Unit::input, 200'000), 1'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::input, 200'001), 3'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::output, 200'001), 2'000'000'000) << "what is not named stays";
}

TEST(OpenRouterPrices, overrides_by_hour_may_pass_midnight) {
  const auto rows = read(
      R"({"prompt":"0.000002","completion":"0.000002",
          "overrides":[{"utc_start":1630,"utc_end":30,"prompt":"0.000001"}]})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(price(rows[0], Unit::input, 0, 16h + 29min), 2'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::input, 0, 16h + 30min), 1'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::input, 0, 29min), 1'000'000'000);
  EXPECT_EQ(price(rows[0], Unit::input, 0, 30min), 2'000'000'000);
}

// wire.md 5.4: of the entries whose conditions all hold, later ones win per key.
struct Combined {
  std::string_view name;
  std::string_view overrides;
  Unit unit;
  std::int64_t prompt_tokens;
  std::chrono::minutes time;
  std::int64_t cents_a_million;  // tokens; -1: not priced separately
};

constexpr std::string_view window_and_its_long_prompts =
    R"({"utc_start":1600,"utc_end":0,"prompt":"5e-6"},
       {"utc_start":1600,"utc_end":0,"min_prompt_tokens":100,"prompt":"7e-6"})";
constexpr std::string_view overlapping =
    R"({"utc_start":1000,"utc_end":1400,"prompt":"5e-6"},
       {"utc_start":1200,"utc_end":1600,"completion":"6e-6"})";
constexpr std::string_view same_key_twice =
    R"({"utc_start":1000,"utc_end":1600,"prompt":"5e-6"},
       {"utc_start":1200,"utc_end":1400,"prompt":"6e-6"})";
constexpr std::string_view always_after_a_window =
    R"({"utc_start":1000,"utc_end":1600,"prompt":"5e-6"},{"prompt":"6e-6"})";
constexpr std::string_view shorter_after_longer =
    R"({"min_prompt_tokens":200,"prompt":"9e-6"},{"min_prompt_tokens":100,"prompt":"7e-6"})";
constexpr std::string_view longer_after_shorter =
    R"({"min_prompt_tokens":100,"prompt":"7e-6"},{"min_prompt_tokens":200,"prompt":"9e-6"})";
constexpr std::string_view whole_day = R"({"utc_start":0,"utc_end":2400,"prompt":"5e-6"})";
constexpr std::string_view without_a_base =
    R"({"min_prompt_tokens":100,"prompt":"3e-6"},{"min_prompt_tokens":200,"audio":"8e-6"})";
constexpr std::string_view window_and_length =
    R"({"min_prompt_tokens":100,"prompt":"7e-6"},{"utc_start":1000,"utc_end":1600,"audio":"8e-6"})";

TEST(OpenRouterPrices, every_override_that_holds_counts_and_the_later_wins_per_key) {
  for (const Combined& row : std::array<Combined, 28>{{
           {"short, outside", window_and_its_long_prompts, Unit::input, 100, 15h, 100},
           {"long, outside", window_and_its_long_prompts, Unit::input, 101, 15h, 100},
           {"short, in the window", window_and_its_long_prompts, Unit::input, 100, 16h, 500},
           {"long, in the window", window_and_its_long_prompts, Unit::input, 101, 16h, 700},
           {"the window ends at midnight", window_and_its_long_prompts, Unit::input, 1, 0h, 100},
           {"first alone", overlapping, Unit::input, 1, 11h, 500},
           {"first alone leaves", overlapping, Unit::output, 1, 11h, 200},
           {"both", overlapping, Unit::input, 1, 13h, 500},
           {"both", overlapping, Unit::output, 1, 13h, 600},
           {"second alone", overlapping, Unit::input, 1, 15h, 100},
           {"second alone", overlapping, Unit::output, 1, 15h, 600},
           {"neither", overlapping, Unit::output, 1, 16h, 200},
           {"outer before", same_key_twice, Unit::input, 1, 11h, 500},
           {"inner wins", same_key_twice, Unit::input, 1, 12h, 600},
           {"outer after", same_key_twice, Unit::input, 1, 14h, 500},
           {"always, in the window", always_after_a_window, Unit::input, 1, 11h, 600},
           {"always", always_after_a_window, Unit::input, 1, 9h, 600},
           {"shorter wins", shorter_after_longer, Unit::input, 201, 0h, 700},
           {"longer wins", longer_after_shorter, Unit::input, 201, 0h, 900},
           {"longer", longer_after_shorter, Unit::input, 200, 0h, 700},
           {"whole day", whole_day, Unit::input, 1, 23h, 500},
           {"as input", without_a_base, Unit::input_audio, 100, 0h, 100},
           {"as input above", without_a_base, Unit::input_audio, 200, 0h, 300},
           {"its own", without_a_base, Unit::input_audio, 201, 0h, 800},
           {"outside, not priced", window_and_length, Unit::input_audio, 101, 9h, -1},
           {"in the window, priced", window_and_length, Unit::input_audio, 1, 10h, 800},
           {"in the window, too", window_and_length, Unit::input, 101, 10h, 700},
           {"outside, too", window_and_length, Unit::input, 101, 9h, 700},
       }}) {
    const auto rows = read(R"({"prompt":"1e-6","completion":"2e-6","overrides":[)" +
                           std::string(row.overrides) + "]}");
    ASSERT_EQ(rows.size(), 1U) << row.overrides;
    const auto expected = row.cents_a_million < 0 ? -1 : row.cents_a_million * 10'000'000;
    EXPECT_EQ(price(rows[0], row.unit, row.prompt_tokens, row.time), expected)
        << row.name << ": " << row.overrides;
  }
}

TEST(OpenRouterPrices, no_more_overrides_are_read_than_a_model_can_have) {
  std::string entries = R"({"min_prompt_tokens":1,"prompt":"1"})";
  for (int i = 0; i < 64; ++i) entries += R"(,{"min_prompt_tokens":1,"prompt":"1"})";
  EXPECT_TRUE(read(R"({"prompt":"1","overrides":[)" + entries + "]}").empty());
}

TEST(OpenRouterPrices, a_row_that_cannot_be_read_is_left_out_alone) {
  for (const auto* pricing :
       {R"({"prompt":0.1,"completion":"1"})", R"({"prompt":"x"})", "[]", "null",
        R"({"prompt":"1","overrides":[{"utc_start":1,"prompt":"1"}]})",
        R"({"prompt":"1","overrides":[{"min_prompt_tokens":1,"web_search":"1"}]})",
        R"({"prompt":"1","overrides":[{"min_prompt_tokens":1,"audio":"x"}]})"}) {
    EXPECT_TRUE(read(pricing).empty()) << pricing;
  }
  std::vector<std::string> problems;
  EXPECT_FALSE(read_openrouter_prices("{}", problems));
  EXPECT_FALSE(read_openrouter_prices("<html>", problems));
}

TEST(OpenRouterPrices, of_two_days_are_read_whole) {
  for (const auto* day : {"2026-03-26", "2026-05-01"}) {
    const auto path = std::string("../shared/catalog/openrouter-models-") + day + ".json";
    std::ifstream file(path);
    if (!file) GTEST_SKIP() << "needs " << path;
    std::vector<std::string> problems;
    const auto listed =
        read_openrouter_prices(std::string(std::istreambuf_iterator<char>(file), {}), problems);
    ASSERT_TRUE(listed);
    EXPECT_GT(listed->size(), 340U);
    EXPECT_TRUE(problems.empty());
    EXPECT_GT(
        std::ranges::count(*listed, true, [](const auto& row) { return row.periods.empty(); }), 0);
  }
}

std::int64_t tier_input(const std::vector<Period>& periods) {
  return periods.empty() ? -1 : rate(periods.front().rates, Unit::input)->base.femtodollars;
}

TEST(OpenRouterPrices, of_tier_endpoints_are_those_of_the_tier_where_all_agree) {
  using enum llm::ServiceTier;
  const auto endpoint = [](std::string_view tag, std::string_view prompt) {
    return R"({"tag":")" + std::string(tag) + R"(","pricing":{"prompt":")" + std::string(prompt) +
           R"(","completion":"0.00001"}})";
  };
  const auto body = [](const std::string& endpoints) {
    return R"({"data":{"id":"openai/gpt-5","endpoints":[)" + endpoints + "]}}";
  };
  const auto all =
      body(endpoint("openai", "0.00000125") + "," + endpoint("openai/flex", "0.000000625") + "," +
           endpoint("azure", "0.00000125") + "," + endpoint("openai/priority", "0.0000025"));
  EXPECT_EQ(tier_input(read_openrouter_tier_prices(all, flex)), 625'000'000);
  EXPECT_EQ(tier_input(read_openrouter_tier_prices(all, priority)), 2'500'000'000);
  EXPECT_EQ(tier_input(read_openrouter_tier_prices(all, batch)), -1);
  const auto same = body(endpoint("openai/flex", "0.000001") + "," + endpoint("x/flex", "1e-6"));
  EXPECT_EQ(tier_input(read_openrouter_tier_prices(same, flex)), 1'000'000'000);
  const auto apart = body(endpoint("openai/flex", "0.000001") + "," + endpoint("x/flex", "2e-6"));
  EXPECT_EQ(tier_input(read_openrouter_tier_prices(apart, flex)), -1) << "who serves decides";
  const auto dynamic = body(endpoint("openai/flex", "-1"));
  EXPECT_EQ(tier_input(read_openrouter_tier_prices(dynamic, flex)), -1);
  for (const auto* const odd : {"", "[]", "{}", R"({"data":{"endpoints":[1,{"tag":"a/flex"}]}})"}) {
    EXPECT_TRUE(read_openrouter_tier_prices(odd, flex).empty()) << odd;
  }
}

}  // namespace
}  // namespace tollway::pricing
