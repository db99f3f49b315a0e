#include "pricing/filled_prices.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>

#include "pricing/openrouter_prices.hpp"

namespace tollway::pricing {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr SystemTime listed_at = sys_days(year(2026) / 5 / 1);

struct Priced {
  Unit unit;
  std::int64_t base;
  std::vector<TieredPrice::Tier> tiers = {};
};

Period period(std::initializer_list<Priced> prices, Validity when = {}) {
  Period made{.when = when, .rates = {}, .discount = {}};
  for (const auto& price : prices) {
    made.rates[static_cast<std::size_t>(price.unit)] =
        TieredPrice{.base = {price.base}, .tiers = price.tiers};
  }
  return made;
}

TieredPrice::Tier above(std::int64_t tokens, std::int64_t price) {
  return {.above_prompt_tokens = tokens, .price = {price}};
}

// -1 where there is none.
std::int64_t price(const std::vector<Period>& periods, Unit unit, SystemTime at = listed_at,
                   std::int64_t prompt_tokens = 1) {
  PricedModel model;
  model.periods = periods;
  const auto& found = rate(model.rates(at), unit);
  return found ? found->at(prompt_tokens).femtodollars : -1;
}

TEST(FilledPrices, what_the_list_states_stands_and_the_sheet_fills_the_rest) {
  const std::vector listed{
      period({{Unit::input, 3}, {Unit::output, 15}, {Unit::cache_read, 1}, {Unit::web_search, 9}})};
  const std::vector sheet{period(
      {{Unit::input, 3}, {Unit::output, 15}, {Unit::cache_read, 2}, {Unit::cache_write_5m, 4}})};
  const auto all = filled_up(listed, sheet, listed_at);
  EXPECT_EQ(price(all, Unit::cache_read), 1) << "the list's, though the sheet says otherwise";
  EXPECT_EQ(price(all, Unit::web_search), 9) << "the list's, of which the sheet knows nothing";
  EXPECT_EQ(price(all, Unit::cache_write_5m), 4) << "the sheet's";
  EXPECT_EQ(price(all, Unit::reasoning), -1);
}

TEST(FilledPrices, a_sheet_that_says_otherwise_of_input_or_output_fills_nothing) {
  const std::vector listed{period({{Unit::input, 3}, {Unit::output, 15}})};
  const std::vector sheet{period({{Unit::input, 3}, {Unit::output, 14}, {Unit::cache_read, 2}})};
  EXPECT_EQ(filled_up(listed, sheet, listed_at), listed);
  EXPECT_EQ(filled_up(listed, {}, listed_at), listed);
  EXPECT_TRUE(filled_up({}, sheet, listed_at).empty()) << "dynamic: known after routing alone";
}

TEST(FilledPrices, tiers_are_filled_where_the_list_has_none_and_the_same_price_below_them) {
  const std::vector sheet{period({{Unit::input, 3, {above(200, 6)}},
                                  {Unit::output, 15, {above(200, 22)}},
                                  {Unit::cache_read, 2, {above(200, 4)}}})};
  const std::vector silent{period({{Unit::input, 3}, {Unit::output, 15}, {Unit::cache_read, 1}})};
  auto all = filled_up(silent, sheet, listed_at);
  EXPECT_EQ(price(all, Unit::input, listed_at, 201), 6);
  EXPECT_EQ(price(all, Unit::output, listed_at, 201), 22);
  EXPECT_EQ(price(all, Unit::cache_read, listed_at, 201), 1) << "of another price's tier is none";
  const std::vector stating{
      period({{Unit::input, 3, {above(100, 5)}}, {Unit::output, 15}, {Unit::cache_read, 2}})};
  all = filled_up(stating, sheet, listed_at);
  EXPECT_EQ(price(all, Unit::input, listed_at, 201), 5);
  EXPECT_EQ(price(all, Unit::output, listed_at, 201), 15) << "the list's tiers leave it";
}

TEST(FilledPrices, other_times_are_the_sheets_where_it_agrees_on_the_lists) {
  const auto june = sys_days(year(2026) / 6 / 1);
  const auto april = sys_days(year(2026) / 4 / 1);
  const std::vector sheet{
      period({{Unit::input, 9}, {Unit::output, 20}}),
      period({{Unit::input, 3}, {Unit::output, 15}, {Unit::cache_read, 2}},
             {.from = april, .to = {}, .daily = {}}),
      period({{Unit::input, 4}, {Unit::output, 16}}, {.from = june, .to = {}, .daily = {}})};
  const std::vector listed{period({{Unit::input, 3}, {Unit::output, 15}, {Unit::request, 7}})};
  auto all = filled_up(listed, sheet, listed_at);
  EXPECT_EQ(price(all, Unit::input, april - std::chrono::days(1)), 9);
  EXPECT_EQ(price(all, Unit::request), 7);
  EXPECT_EQ(price(all, Unit::cache_read), 2);
  EXPECT_EQ(price(all, Unit::input, june), 4) << "a change that is to come";
  // In June the list still says so: the sheet's change did not happen.
  all = filled_up(listed, sheet, june);
  EXPECT_EQ(price(all, Unit::input, june), 3);
  EXPECT_EQ(price(all, Unit::cache_read, june), 2);
}

TEST(FilledPrices, a_time_of_which_the_sheet_says_nothing_has_the_lists_price) {
  const std::vector listed{period({{Unit::input, 3}, {Unit::output, 15}})};
  const auto may = sys_days(year(2026) / 5 / 1);
  const std::vector sheet{period({{Unit::input, 3}, {Unit::output, 15}, {Unit::cache_read, 2}},
                                 {.from = may, .to = {}, .daily = {}})};
  const auto all = filled_up(listed, sheet, listed_at);
  EXPECT_EQ(price(all, Unit::input, may - std::chrono::days(1)), 3);
  EXPECT_EQ(price(all, Unit::cache_read), 2);
}

TEST(FilledPrices, the_lists_own_windows_are_filled_one_by_one) {
  using std::chrono::hours;
  const Validity night{.from = {}, .to = {}, .daily = Validity::Daily{hours(16), hours(0)}};
  const std::vector listed{period({{Unit::input, 4}, {Unit::output, 8}}),
                           period({{Unit::input, 2}, {Unit::output, 4}}, night)};
  const std::vector sheet{period({{Unit::input, 4}, {Unit::output, 8}, {Unit::cache_read, 1}})};
  const auto all = filled_up(listed, sheet, listed_at);
  EXPECT_EQ(price(all, Unit::cache_read), 1);
  EXPECT_EQ(price(all, Unit::input, listed_at + hours(17)), 2);
  EXPECT_EQ(price(all, Unit::cache_read, listed_at + hours(17)), -1)
      << "what it costs by day is no price at night";
}

// Every row of what OpenRouter listed on that day, beside the built-in sheet.
TEST(FilledPrices, no_price_that_openrouter_lists_is_overridden_or_lost) {
  const std::string path = "../shared/catalog/openrouter-models-2026-05-01.json";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "needs " << path;
  std::vector<std::string> problems;
  const auto rows =
      read_openrouter_prices(std::string(std::istreambuf_iterator<char>(file), {}), problems);
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 371U);
  int agreeing = 0;
  int stated = 0;
  for (const auto& row : *rows) {
    const auto found = PriceSheet::built_in().find("openrouter", row.id);
    if (!found) continue;
    const auto all = filled_up(row.periods, found->model->periods, listed_at);
    if (row.periods.empty()) EXPECT_TRUE(all.empty()) << row.id;
    for (const auto& period : row.periods) {
      agreeing += agree(found->model->periods, period.rates) ? 1 : 0;
      for (std::size_t i = 0; i < unit_count; ++i) {
        const auto& price_stated = period.rates[i];
        if (!price_stated) continue;
        ++stated;
        const auto unit = static_cast<Unit>(i);
        EXPECT_EQ(price(all, unit), price_stated->base.femtodollars) << row.id << name_of(unit);
      }
    }
  }
  EXPECT_EQ(agreeing, 217);
  EXPECT_GT(stated, 700);
}

}  // namespace
}  // namespace tollway::pricing
