#include <gtest/gtest.h>

#include <algorithm>

#include "pricing/cost.hpp"
#include "usage_prices.hpp"

namespace tollway::oracle {
namespace {

class Oracle : public testing::Test {
 protected:
  void SetUp() override {
    rows_ = read_rows();
    if (rows_.is_null()) GTEST_SKIP() << "needs ../shared/catalog/usage-prices.json";
    pairs_ = pairs_of(rows_);
  }

  json::value rows_;
  std::vector<Pair> pairs_;
};

TEST_F(Oracle, agrees_on_every_row_but_those_listed) {
  std::array<int, disagreements.size()> seen{};
  std::size_t priced = 0;
  for (const auto& pair : pairs_) {
    if (is_equal(pair.theirs_femtodollars, pair.ours_nanodollars, pair.lines)) {
      priced += pair.ours_nanodollars ? 1U : 0U;
      continue;
    }
    const auto* const known = std::ranges::find_if(disagreements, [&](const Disagreement& row) {
      return row.provider == pair.provider && row.flavor == pair.flavor && row.model == pair.model;
    });
    if (known == disagreements.end()) {
      ADD_FAILURE() << pair.provider << " " << pair.flavor << " " << pair.model << ": theirs "
                    << pair.theirs_femtodollars.value_or(-1) << " fs, ours "
                    << pair.ours_nanodollars.value_or(-1) << " ns";
      continue;
    }
    ++seen[static_cast<std::size_t>(known - disagreements.begin())];
  }
  for (std::size_t i = 0; i < disagreements.size(); ++i) {
    EXPECT_EQ(seen[i], disagreements[i].rows) << disagreements[i].why;
  }
  EXPECT_EQ(pairs_.size(), 6466U);
  EXPECT_EQ(priced, 2236U);
}

// The oracle has no price for searches; the invoice has.
TEST_F(Oracle, searches_are_billed_on_top) {
  int searched = 0;
  for (const auto& pair : pairs_) {
    if (pair.provider != "anthropic" || !pair.usage || pair.usage->web_searches == 0 ||
        !pair.ours_nanodollars) {
      continue;
    }
    ++searched;
    const auto found = pricing::PriceSheet::built_in().find(pair.provider, pair.model);
    auto tokens = *pair.usage;
    tokens.web_searches = 0;
    const auto cost = pricing::cost_of(tokens, found->model->rates(priced_at));
    ASSERT_TRUE(cost && cost->total);
    EXPECT_TRUE(is_equal(pair.theirs_femtodollars, cost->total->nanodollars, cost->lines.size()));
    EXPECT_EQ(*pair.ours_nanodollars - cost->total->nanodollars,
              pair.usage->web_searches * 10'000'000);
  }
  EXPECT_GT(searched, 3);
}

}  // namespace
}  // namespace tollway::oracle
