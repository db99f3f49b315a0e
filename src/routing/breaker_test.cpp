#include "routing/breaker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "routing/retry_budget.hpp"

namespace tollway::routing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using State = Breaker::State;

const TimePoint start{std::chrono::hours(1)};
const Counts quiet;

void fail(Breaker& breaker, TimePoint now, int times = 1) {
  for (int i = 0; i < times; ++i) breaker.ended(Outcome::failure, quiet, now, now);
}

Breaker opened() {
  static constexpr BreakerOptions options{.failures_in_a_row = 1};
  return Breaker(options);
}

TEST(Breaker, OpensAfterFailuresInARow) {
  Breaker breaker;
  fail(breaker, start, 4);
  breaker.ended(Outcome::success, quiet, start, start);
  fail(breaker, start, 4);
  EXPECT_TRUE(breaker.admit(start)) << "the success came between";
  fail(breaker, start);
  EXPECT_EQ(breaker.state(start), State::open);
  EXPECT_FALSE(breaker.admit(start + seconds(4)));
}

TEST(Breaker, OpensByTheShareOfFailures) {
  Breaker breaker;
  breaker.ended(Outcome::failure, {.successes = 10, .failures = 9}, start, start);
  EXPECT_EQ(breaker.state(start), State::closed) << "fewer than twenty attempts";
  breaker.ended(Outcome::failure, {.successes = 11, .failures = 10}, start, start);
  EXPECT_EQ(breaker.state(start), State::closed) << "less than half";
  breaker.ended(Outcome::failure, {.successes = 11, .failures = 11}, start, start);
  EXPECT_EQ(breaker.state(start), State::open);
}

TEST(Breaker, HalfOpenLetsOneProbeThroughWhoseSuccessClosesIt) {
  Breaker breaker = opened();
  fail(breaker, start);
  const TimePoint later = start + seconds(5);
  EXPECT_EQ(breaker.state(later), State::half_open);
  EXPECT_TRUE(breaker.admit(later));
  EXPECT_FALSE(breaker.admit(later));
  breaker.ended(Outcome::success, quiet, later, later);
  EXPECT_EQ(breaker.state(later), State::closed);
  EXPECT_TRUE(breaker.admit(later));
  EXPECT_TRUE(breaker.admit(later));
}

TEST(Breaker, AFailedProbeOpensItForTwiceAsLongUpToTheCap) {
  Breaker breaker = opened();
  fail(breaker, start);
  TimePoint now = start;
  Duration length = seconds(5);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(breaker.admit(now + length - std::chrono::milliseconds(1))) << i;
    now += length;
    ASSERT_TRUE(breaker.admit(now)) << i;
    fail(breaker, now);
    length = std::min<Duration>(length * 2, minutes(5));
  }
  EXPECT_EQ(breaker.opens_at() - now, minutes(5));
  now += minutes(5);
  ASSERT_TRUE(breaker.admit(now));
  breaker.ended(Outcome::success, quiet, now, now);
  fail(breaker, now);
  EXPECT_EQ(breaker.opens_at() - now, seconds(5)) << "from the beginning again";
}

TEST(Breaker, WhatWasUnderWayWhenItOpenedLengthensNothing) {
  Breaker breaker = opened();
  fail(breaker, start, 50);
  EXPECT_EQ(breaker.opens_at(), start + seconds(5));
  breaker.ended(Outcome::success, quiet, start + seconds(1), start + seconds(1));
  EXPECT_EQ(breaker.state(start + seconds(2)), State::open) << "it began before";
  ASSERT_TRUE(breaker.admit(start + seconds(6)));
  breaker.ended(Outcome::success, quiet, start, start + seconds(7));
  EXPECT_EQ(breaker.state(start + seconds(7)), State::half_open) << "the probe is not back";
  breaker.ended(Outcome::failure, quiet, start, start + seconds(7));
  EXPECT_EQ(breaker.opens_at(), start + seconds(5));
}

TEST(Breaker, AProbeThatTellsNothingLeavesItsPlace) {
  Breaker breaker = opened();
  fail(breaker, start);
  const TimePoint later = start + seconds(6);
  ASSERT_TRUE(breaker.admit(later));
  breaker.ended(Outcome::neutral, quiet, later, later);
  EXPECT_TRUE(breaker.admit(later)) << "its client left";
  EXPECT_FALSE(breaker.admit(later + minutes(1)));
  EXPECT_TRUE(breaker.admit(later + minutes(2))) << "it was never heard of again";
}

TEST(Breaker, WhoHasNowhereElseToGoMayProbeEarlyOnceASecond) {
  Breaker breaker = opened();
  breaker.open_until(start + minutes(2));
  fail(breaker, start);
  const auto tick = std::chrono::milliseconds(1);
  EXPECT_TRUE(breaker.admit_early(start + seconds(1)));
  EXPECT_FALSE(breaker.admit_early(start + seconds(3))) << "the first is under way";
  fail(breaker, start + seconds(4));
  EXPECT_EQ(breaker.opens_at(), start + minutes(2)) << "it lengthens nothing";
  EXPECT_FALSE(breaker.admit_early(start + seconds(4) - tick));
  EXPECT_FALSE(breaker.admit(start + seconds(9)));
  ASSERT_TRUE(breaker.admit_early(start + seconds(9)));
  breaker.ended(Outcome::success, quiet, start + seconds(9), start + seconds(9));
  EXPECT_EQ(breaker.state(start + seconds(9)), State::closed);
  breaker.force(Breaker::Force::open);
  EXPECT_FALSE(breaker.admit_early(start + minutes(9)));
}

TEST(Breaker, TheLaterOfTwoDeadlinesHolds) {
  Breaker breaker = opened();
  breaker.open_until(start + minutes(2));
  fail(breaker, start + seconds(1));
  EXPECT_EQ(breaker.opens_at(), start + minutes(2));
  breaker.open_until(start + minutes(1));
  EXPECT_EQ(breaker.opens_at(), start + minutes(2));
}

TEST(Breaker, IsOpenedAndClosedByHand) {
  Breaker breaker = opened();
  breaker.force(Breaker::Force::open);
  EXPECT_FALSE(breaker.admit(start));
  EXPECT_EQ(breaker.state(start), State::open);
  breaker.force(Breaker::Force::closed);
  fail(breaker, start, 9);
  EXPECT_TRUE(breaker.admit(start));
  breaker.force(Breaker::Force::none);
  EXPECT_FALSE(breaker.admit(start)) << "what it saw meanwhile counts";
}

TEST(Breaker, OneOfManyThreadsGetsTheProbe) {
  Breaker breaker = opened();
  fail(breaker, start);
  std::atomic<int> admitted{0};
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { admitted += breaker.admit(start + seconds(5)) ? 1 : 0; });
    }
  }
  EXPECT_EQ(admitted, 1);
}

TEST(RetryBudget, AmplifiesATotalOutageByNoMoreThanItsShare) {
  RetryBudget budget(0.2, 10);
  int attempts = 0;
  for (int i = 0; i < 10'000; ++i) {
    budget.request();
    ++attempts;
    for (int retry = 0; retry < 2 && budget.take(); ++retry) ++attempts;
  }
  EXPECT_LE(attempts, 10'000 * 1.2 + 10);
  EXPECT_GE(attempts, 10'000 * 1.19);
}

TEST(RetryBudget, SavesNoMoreThanABurst) {
  RetryBudget budget(0.2, 3);
  for (int i = 0; i < 1000; ++i) budget.request();
  int taken = 0;
  while (budget.take()) ++taken;
  EXPECT_EQ(taken, 3);
}

}  // namespace
}  // namespace tollway::routing
