#include "gateway/spending.hpp"

#include <gtest/gtest.h>

namespace tollway::gateway {
namespace {

// A dollar a million tokens in, two out.
pricing::Rates rates() {
  pricing::Rates rates;
  const auto price = [&](pricing::Unit unit, std::int64_t femtodollars) {
    rates[static_cast<std::size_t>(unit)] =
        pricing::TieredPrice{.base = {.femtodollars = femtodollars}, .tiers = {}};
  };
  price(pricing::Unit::input, 1'000'000'000);
  price(pricing::Unit::output, 2'000'000'000);
  return rates;
}

dialects::Progress complete(std::int64_t input, std::int64_t output) {
  dialects::Progress progress;
  progress.metered = llm::MeteredUsage{.input = input, .output = output};
  progress.usage_complete = true;
  return progress;
}

TEST(Spending, StatedUsageIsPricedAndStandsBesideWhatWasBilled) {
  const auto ours = rates();
  auto progress = complete(100, 50);
  progress.stated_cost = Money{201'000};
  const auto spending =
      spending_of({.progress = progress, .failure = std::nullopt, .upstream_status = 200}, &ours);
  EXPECT_EQ(spending.computed, Money{200'000});
  EXPECT_EQ(spending.prompt, Money{100'000});
  EXPECT_EQ(spending.billed, Money{201'000});
  EXPECT_FALSE(spending.estimated);
  EXPECT_FALSE(spending.differs);
  progress.stated_cost = Money{203'000};
  EXPECT_TRUE(
      spending_of({.progress = progress, .failure = std::nullopt, .upstream_status = 200}, &ours)
          .differs);
  progress.byok = true;
  EXPECT_FALSE(
      spending_of({.progress = progress, .failure = std::nullopt, .upstream_status = 200}, &ours)
          .differs);
}

TEST(Spending, AStatedZeroIsFreeAndAnUnknownPriceIsUnknown) {
  auto progress = complete(100, 50);
  EXPECT_EQ(
      spending_of({.progress = progress, .failure = std::nullopt, .upstream_status = 200}, nullptr)
          .computed,
      std::nullopt);
  progress.stated_cost = Money{};
  EXPECT_EQ(
      spending_of({.progress = progress, .failure = std::nullopt, .upstream_status = 200}, nullptr)
          .billed,
      Money{});
}

TEST(Spending, WhatWasNeverSentAndWhatWasRefusedCostsNothing) {
  const auto ours = rates();
  const dialects::Progress nothing;
  EXPECT_EQ(spending_of({.progress = nothing, .failure = Errc::connect_failed}, &ours).computed,
            Money{});
  EXPECT_EQ(
      spending_of({.progress = nothing, .failure = Errc::upstream_error, .upstream_status = 429},
                  &ours)
          .computed,
      Money{});
}

TEST(Spending, WhatNobodySawIsUnknown) {
  const auto ours = rates();
  const dialects::Progress nothing;
  for (const auto failure : {Errc::connection_lost, Errc::upstream_timeout, Errc::cancelled}) {
    EXPECT_EQ(spending_of({.progress = nothing, .failure = failure}, &ours).computed, std::nullopt);
  }
}

TEST(Spending, M05_leaving_costs_what_passed_where_the_provider_stops_and_else_nobody_knows_what) {
  const auto ours = rates();
  dialects::Progress progress;
  progress.content = true;
  progress.content_events = 30;
  const Ending left{.progress = progress,
                    .failure = Errc::cancelled,
                    .upstream_status = 200,
                    .streamed = true,
                    .bytes_up = 400};
  ASSERT_TRUE(stops_when_left("anthropic"));
  ASSERT_FALSE(stops_when_left("Groq"));
  Ending stopping = left;
  stopping.stops_when_left = true;
  const auto stopped = spending_of(stopping, &ours);
  EXPECT_TRUE(stopped.estimated);
  EXPECT_EQ(stopped.usage->input, 100);
  EXPECT_EQ(stopped.usage->output, 30);
  EXPECT_EQ(stopped.computed, Money{160'000});
  EXPECT_EQ(spending_of(left, &ours).computed, std::nullopt);
  EXPECT_EQ(spending_of(left, &ours).usage->output, 30);
  stopping.counted_input = 7;
  stopping.counted_output = 9;
  EXPECT_EQ(spending_of(stopping, &ours).computed, Money{25'000})
      << "counts are better than guesses";
}

// A provider that goes on sees that the connection is closed, and not why.
TEST(Spending, M05_what_is_cut_by_tollway_is_left) {
  const auto ours = rates();
  dialects::Progress progress;
  progress.content = true;
  progress.content_events = 30;
  for (const auto failure :
       {Errc::cancelled, Errc::request_timeout, Errc::upstream_timeout, Errc::upstream_too_large,
        Errc::upstream_invalid, Errc::draining, Errc::overloaded, Errc::internal}) {
    Ending ending{.progress = progress,
                  .failure = failure,
                  .upstream_status = 200,
                  .streamed = true,
                  .bytes_up = 400};
    EXPECT_EQ(spending_of(ending, &ours).computed, std::nullopt) << name_of(failure);
    EXPECT_EQ(spending_of(ending, &ours).usage->output, 30) << name_of(failure);
    ending.stops_when_left = true;
    EXPECT_EQ(spending_of(ending, &ours).computed, Money{160'000}) << name_of(failure);
  }
  for (const auto failure : {Errc::connection_lost, Errc::upstream_error}) {
    EXPECT_EQ(spending_of({.progress = progress,
                           .failure = failure,
                           .upstream_status = 200,
                           .streamed = true,
                           .bytes_up = 400},
                          &ours)
                  .computed,
              Money{160'000})
        << "who serves it has ended it himself: " << name_of(failure);
  }
}

TEST(Spending, M09_a_step_of_usage_is_not_the_whole) {
  const auto ours = rates();
  dialects::Progress progress;
  progress.metered = llm::MeteredUsage{.input = 70, .output = 1};
  progress.content = true;
  progress.content_events = 9;
  const auto spending = spending_of({.progress = progress,
                                     .failure = Errc::connection_lost,
                                     .upstream_status = 200,
                                     .streamed = true,
                                     .bytes_up = 4000},
                                    &ours);
  EXPECT_TRUE(spending.estimated);
  EXPECT_EQ(spending.usage->input, 70);
  EXPECT_EQ(spending.usage->output, 9);
}

}  // namespace
}  // namespace tollway::gateway
