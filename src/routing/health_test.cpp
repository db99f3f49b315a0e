#include "routing/health.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "routing/failure.hpp"
#include "routing/health_report.hpp"
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

HealthSums sums_of(const Health& health, TimePoint now) {
  HealthSums sums;
  health.add_to(sums, now);
  return sums;
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

TEST(Health, WhereNothingIsStreamedTheFirstByteIsTheLatency) {
  Health health;
  record(health, {.outcome = Outcome::success, .first_byte_s = 3}, start);
  const Figures whole = health.figures(start);
  EXPECT_NEAR(at(whole.first_token_s, Percentile::p50), 3, 0.15);
  EXPECT_NEAR(whole.load, 3, 0.01);
  const Attempt streamed{.outcome = Outcome::success, .first_byte_s = 0.1F, .first_token_s = 1};
  record(health, streamed, start + seconds(2));
  EXPECT_NEAR(at(health.figures(start + seconds(2)).first_token_s, Percentile::p99), 1, 0.05);
}

TEST(Health, WhoHasWorkAndNeverAnsweredIsNotIdle) {
  Health health;
  EXPECT_EQ(health.figures(start).load, 0);
  health.begin();
  EXPECT_GT(health.figures(start).load, 0);
  EXPECT_EQ(health.figures(start).under_way, 1U);
}

TEST(Health, LoadGrowsWithWhatIsUnderWayAndForgetsPeaks) {
  Health health;
  record(health, {.outcome = Outcome::success, .first_token_s = 2}, start);
  const float idle = health.figures(start).load;
  EXPECT_NEAR(idle, 2, 0.01);
  health.begin();
  health.begin();
  EXPECT_NEAR(health.figures(start).load, 6, 0.01);
  EXPECT_NEAR(health.figures(start + seconds(30)).load, 6, 0.01) << "they hang, as far as is known";
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
  EXPECT_EQ(sums_of(health, start + minutes(90)).tools.good, 150U);
  EXPECT_EQ(sums_of(health, start + minutes(90)).tools.bad, 50U);
  EXPECT_FALSE(measured(health.figures(start + std::chrono::hours(3)).tool_success));
}

TEST(Health, AProbeThatAnswersIsCountedNowhere) {
  Health health;
  EXPECT_FALSE(health.last_probe());
  EXPECT_FALSE(health.last_used());
  record(health, {.outcome = Outcome::success}, start);
  health.record(Probe{.at = start + minutes(1), .first_byte_s = 0.01F});
  EXPECT_EQ(health.last_used(), start);
  EXPECT_EQ(health.last_30_minutes(start + minutes(1)).judged(), 1U);
  EXPECT_FALSE(measured(at(health.figures(start + minutes(1)).first_token_s, Percentile::p50)));
  ASSERT_TRUE(health.last_probe());
  EXPECT_EQ(health.last_probe()->at, start + minutes(1));
  EXPECT_FALSE(health.last_probe()->failure);
  EXPECT_FLOAT_EQ(health.last_probe()->first_byte_s, 0.01F);
}

TEST(Health, ProbesThatFailAreAnOutage) {
  Health health;
  health.record(Probe{.at = start, .failure = FailureClass::broken});
  health.record(Probe{.at = start + seconds(1), .failure = FailureClass::transient});
  EXPECT_TRUE(health.figures(start + seconds(1)).outage);
  EXPECT_EQ(health.last_probe()->failure, FailureClass::transient);
  EXPECT_FALSE(health.last_used()) << "nobody has used it";
  EXPECT_FALSE(health.in_use());
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

}  // namespace
}  // namespace tollway::routing
