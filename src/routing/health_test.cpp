#include "routing/health.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "routing/random.hpp"

namespace tollway::routing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

void record(Health& health, const Attempt& attempt, TimePoint now, int times = 1) {
  for (int i = 0; i < times; ++i) {
    health.begin();
    health.record(attempt, now);
  }
}

TEST(Histogram, QuantilesAreWithinFivePercent) {
  Histogram histogram;
  std::vector<float> all;
  Random random(11);
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<float>(0.05 * std::exp(6 * random.fraction())));
    histogram.add(all.back());
  }
  std::ranges::sort(all);
  Histogram::Counts counts{};
  histogram.add_to(counts);
  for (const double share : {0.01, 0.5, 0.75, 0.9, 0.99, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * 100'000)) - 1;
    EXPECT_NEAR(Histogram::quantile(counts, share) / all[rank], 1, 0.05) << share;
  }
}

TEST(Histogram, TakesWhatIsNoFigure) {
  Histogram::Counts counts{};
  EXPECT_FALSE(measured(Histogram::quantile(counts, 0.5)));
  for (const float figure : {0.0F, -1.0F, not_measured, INFINITY, 1e30F}) {
    EXPECT_LT(Histogram::bin_of(figure), Histogram::bin_count);
  }
}

TEST(Health, KnowsNothingAtFirst) {
  const Health health;
  const Figures figures = health.figures(start);
  EXPECT_FALSE(figures.outage);
  EXPECT_FALSE(measured(figures.uptime));
  EXPECT_FALSE(measured(at(figures.first_token_s, Percentile::p50)));
  EXPECT_FALSE(measured(figures.tool_success));
}

TEST(Health, AnOutageIsForgottenAfterThirtySeconds) {
  Health health;
  record(health, {.outcome = Outcome::failure}, start);
  EXPECT_FALSE(health.figures(start).outage) << "one failure is none";
  record(health, {.outcome = Outcome::failure}, start);
  EXPECT_TRUE(health.figures(start + seconds(1)).outage);
  EXPECT_TRUE(health.figures(start + seconds(24)).outage);
  EXPECT_FALSE(health.figures(start + seconds(31)).outage);
}

TEST(Health, SuccessesOutweighAnOutage) {
  Health health;
  record(health, {.outcome = Outcome::failure}, start, 3);
  record(health, {.outcome = Outcome::success}, start, 4);
  EXPECT_FALSE(health.figures(start).outage);
}

TEST(Health, UptimeCountsFailuresAndNeitherThrottlingNorClientsFaults) {
  Health health;
  record(health, {.outcome = Outcome::success}, start, 90);
  record(health, {.outcome = Outcome::throttled}, start, 50);
  record(health, {.outcome = Outcome::neutral}, start, 50);
  EXPECT_FALSE(measured(health.figures(start).uptime)) << "fewer than a hundred";
  record(health, {.outcome = Outcome::failure}, start + minutes(1), 10);
  EXPECT_FLOAT_EQ(health.figures(start + minutes(2)).uptime, 0.9F);
  EXPECT_EQ(health.last_30_minutes(start + minutes(2)).throttled, 50U);
  EXPECT_EQ(health.last_30_minutes(start + minutes(31)).judged(), 0U);
}

TEST(Health, PercentilesAreOfTheLastFiveMinutes) {
  Health health;
  record(health, {.outcome = Outcome::success, .first_token_s = 30, .tokens_a_second = 1}, start,
         99);
  const TimePoint later = start + minutes(6);
  for (int i = 1; i <= 100; ++i) {
    const auto figure = static_cast<float>(i);
    record(health,
           {.outcome = Outcome::success, .first_token_s = figure / 100, .tokens_a_second = figure},
           later);
  }
  const Figures figures = health.figures(later);
  EXPECT_NEAR(at(figures.first_token_s, Percentile::p50), 0.5, 0.03);
  EXPECT_NEAR(at(figures.first_token_s, Percentile::p99), 0.99, 0.05);
  // Of throughput the higher percentile is the worse one.
  EXPECT_NEAR(at(figures.tokens_a_second, Percentile::p50), 50, 3);
  EXPECT_NEAR(at(figures.tokens_a_second, Percentile::p90), 10, 1);
}

TEST(Health, LoadGrowsWithWhatIsUnderWayAndForgetsPeaks) {
  Health health;
  record(health, {.outcome = Outcome::success, .first_token_s = 2}, start);
  const float idle = health.figures(start).load;
  EXPECT_NEAR(idle, 2, 0.01);
  health.begin();
  health.begin();
  EXPECT_NEAR(health.figures(start).load, 6, 0.01);
  record(health, {.outcome = Outcome::success, .first_token_s = 0.1F}, start + seconds(30));
  EXPECT_LT(health.figures(start + seconds(30)).load, 1);
}

TEST(Health, ToolSuccessNeedsTwoHundredRequestsInTwoHours) {
  Health health;
  record(health, {.outcome = Outcome::success, .tools_used_well = true}, start, 150);
  record(health, {.outcome = Outcome::success, .tools_used_well = false}, start, 49);
  EXPECT_FALSE(measured(health.figures(start).tool_success));
  record(health, {.outcome = Outcome::success, .tools_used_well = false}, start + minutes(90));
  EXPECT_FLOAT_EQ(health.figures(start + minutes(90)).tool_success, 0.75F);
  EXPECT_EQ(health.report(start + minutes(90)).tools.good, 150U);
  EXPECT_EQ(health.report(start + minutes(90)).tools.bad, 50U);
  EXPECT_FALSE(measured(health.figures(start + std::chrono::hours(3)).tool_success));
}

TEST(Health, IsSharedByThreadsWithoutLosingAny) {
  Health health;
  constexpr int each = 20'000;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&health] {
        for (int k = 0; k < each; ++k) {
          record(health, {.outcome = Outcome::success, .first_token_s = 1}, start);
          static_cast<void>(health.figures(start + std::chrono::milliseconds(k)));
        }
      });
    }
  }
  EXPECT_EQ(health.last_30_minutes(start).successes, 4U * each);
  EXPECT_NEAR(health.figures(start + seconds(60)).uptime, 1, 0.001);
}

TEST(Health, ReportsHalfAnHourToPeople) {
  Health health;
  const TimePoint begin{std::chrono::hours(1)};
  for (int minute = 0; minute < 30; ++minute) {
    health.begin();
    const bool good = minute % 3 != 0;
    health.record({.outcome = good ? Outcome::success : Outcome::failure,
                   .first_token_s = good ? std::optional(0.5F) : std::nullopt,
                   .tokens_a_second = good ? std::optional(40.0F) : std::nullopt},
                  begin + std::chrono::minutes(minute));
  }
  const auto now = begin + std::chrono::minutes(29);
  const auto report = health.report(now);
  EXPECT_EQ(report.half_an_hour.successes, 20U);
  EXPECT_EQ(report.half_an_hour.failures, 10U);
  EXPECT_EQ(report.five_minutes.judged(), 5U);
  EXPECT_NEAR(at(report.first_token_s, Percentile::p50), 0.5F, 0.025F);
  EXPECT_NEAR(at(report.tokens_a_second, Percentile::p99), 40.0F, 2.0F);
  EXPECT_FALSE(
      measured(at(health.report(now + std::chrono::hours(1)).first_token_s, Percentile::p50)));
}

}  // namespace
}  // namespace tollway::routing
