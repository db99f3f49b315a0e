#include "routing/health_report.hpp"

#include <gtest/gtest.h>

#include "routing/failure.hpp"

namespace tollway::routing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint start{std::chrono::hours(100)};

void record(Health& health, const Attempt& attempt, TimePoint now, int times = 1) {
  for (int i = 0; i < times; ++i) {
    health.begin();
    health.record(attempt, now);
  }
}

WindowReport report(const Health& health, Window window, TimePoint now) {
  HealthSums sums;
  health.add_to(sums, now);
  return report_of(sums, window);
}

Attempt success(float seconds) {
  return {.outcome = Outcome::success,
          .first_byte_s = seconds,
          .first_token_s = 2 * seconds,
          .tokens_a_second = 100 * seconds};
}

TEST(HealthReport, EachWindowHasItsCountsAndPercentiles) {
  Health health;
  record(health, success(4), start);
  record(health, success(2), start + minutes(20), 2);
  record(health, success(1), start + minutes(24), 4);
  const TimePoint now = start + minutes(24);
  const auto half_a_minute = report(health, Window::half_a_minute, now);
  EXPECT_EQ(half_a_minute.counts.successes, 4U);
  EXPECT_NEAR(at(half_a_minute.first_byte_s, Percentile::p99), 1, 0.05);
  EXPECT_NEAR(at(half_a_minute.first_token_s, Percentile::p99), 2, 0.1);
  EXPECT_NEAR(at(half_a_minute.tokens_a_second, Percentile::p99), 100, 5);
  const auto five_minutes = report(health, Window::five_minutes, now);
  EXPECT_EQ(five_minutes.counts.successes, 6U);
  EXPECT_NEAR(at(five_minutes.first_byte_s, Percentile::p50), 1, 0.05);
  EXPECT_NEAR(at(five_minutes.first_byte_s, Percentile::p99), 2, 0.1);
  const auto half_an_hour = report(health, Window::half_an_hour, now);
  EXPECT_EQ(half_an_hour.counts.successes, 7U);
  EXPECT_NEAR(at(half_an_hour.first_byte_s, Percentile::p99), 4, 0.2);
  // Of a speed a higher percentile is the worse.
  EXPECT_NEAR(at(half_an_hour.tokens_a_second, Percentile::p99), 100, 5);
}

TEST(HealthReport, AWindowForgets) {
  Health health;
  record(health, success(1), start);
  EXPECT_FALSE(
      measured(report(health, Window::half_a_minute, start + seconds(31)).first_byte_s[0]));
  EXPECT_FALSE(measured(report(health, Window::five_minutes, start + minutes(6)).first_byte_s[0]));
  EXPECT_TRUE(measured(report(health, Window::half_an_hour, start + minutes(6)).first_byte_s[0]));
  EXPECT_FALSE(measured(report(health, Window::half_an_hour, start + minutes(36)).first_byte_s[0]));
}

TEST(HealthReport, FailuresAreCountedByTheirClass) {
  Health health;
  record(health, {.outcome = Outcome::failure, .failure = FailureClass::broken}, start, 2);
  record(health, {.outcome = Outcome::throttled, .failure = FailureClass::throttled}, start, 3);
  record(health, {.outcome = Outcome::neutral, .failure = FailureClass::client}, start);
  record(health, success(1), start);
  const auto of = [&](Window window, TimePoint now, FailureClass failure) {
    return report(health, window, now).classes[static_cast<std::size_t>(failure)];
  };
  EXPECT_EQ(of(Window::half_a_minute, start, FailureClass::broken), 2U);
  EXPECT_EQ(of(Window::half_a_minute, start, FailureClass::throttled), 3U);
  EXPECT_EQ(of(Window::five_minutes, start, FailureClass::client), 1U);
  EXPECT_EQ(of(Window::half_an_hour, start, FailureClass::key), 0U);
  EXPECT_EQ(of(Window::half_a_minute, start + minutes(1), FailureClass::broken), 0U);
  EXPECT_EQ(of(Window::half_an_hour, start + minutes(20), FailureClass::broken), 2U);
}

TEST(HealthReport, SeveralAddUp) {
  Health one;
  Health other;
  record(one, success(1), start, 3);
  record(other, success(8), start);
  record(other, {.outcome = Outcome::failure, .failure = FailureClass::key}, start);
  HealthSums sums;
  one.add_to(sums, start);
  other.add_to(sums, start);
  const auto both = report_of(sums, Window::half_an_hour);
  EXPECT_EQ(both.counts.successes, 4U);
  EXPECT_EQ(both.counts.failures, 1U);
  EXPECT_NEAR(at(both.first_byte_s, Percentile::p50), 1, 0.05);
  EXPECT_NEAR(at(both.first_byte_s, Percentile::p99), 8, 0.4);
}

TEST(HealthReport, ADayIsCounted) {
  Health health;
  record(health, success(1), start, 3);
  record(health, {.outcome = Outcome::failure}, start + std::chrono::hours(20));
  HealthSums sums;
  health.add_to(sums, start + std::chrono::hours(20));
  EXPECT_EQ(sums.day.successes, 3U);
  EXPECT_EQ(sums.day.failures, 1U);
  HealthSums later;
  health.add_to(later, start + std::chrono::hours(30));
  EXPECT_EQ(later.day.judged(), 1U);
}

}  // namespace
}  // namespace tollway::routing
