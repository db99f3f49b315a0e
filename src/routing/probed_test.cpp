#include "routing/probed.hpp"

#include <gtest/gtest.h>

#include "routing/failure.hpp"

namespace tollway::routing {
namespace {

using std::chrono::seconds;
using State = Breaker::State;

const TimePoint start{std::chrono::hours(1)};

Probe failed(TimePoint at) {
  return {.at = at, .failure = FailureClass::broken};
}

void attempt(Standing& standing, Outcome outcome, TimePoint now) {
  ASSERT_TRUE(standing.breaker.admit(now));
  standing.health.begin();
  standing.health.record({.outcome = outcome}, now);
  standing.breaker.ended(outcome, standing.health.last_30_seconds(now), now, now);
}

TEST(Probed, FailuresOpenTheBreakerAndASuccessClosesItOnceItMay) {
  Standing standing;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(standing.breaker.state(start + seconds(i)), State::closed);
    note_probe(standing, failed(start + seconds(i)));
  }
  EXPECT_EQ(standing.breaker.state(start + seconds(5)), State::open);
  EXPECT_TRUE(standing.figures(start + seconds(5)).outage);
  note_probe(standing, {.at = start + seconds(6)});
  EXPECT_EQ(standing.breaker.state(start + seconds(6)), State::open);
  EXPECT_TRUE(is_down_by_probes(standing)) << "what it said is not forgotten";
  note_probe(standing, {.at = start + seconds(20)});
  EXPECT_EQ(standing.breaker.state(start + seconds(20)), State::closed);
  EXPECT_FALSE(is_down_by_probes(standing));
}

TEST(Probed, AFailureOfAHalfOpenBreakerOpensItForLonger) {
  Standing standing;
  for (int i = 0; i < 5; ++i) note_probe(standing, failed(start));
  const TimePoint half_open = start + seconds(6);
  EXPECT_EQ(standing.breaker.state(half_open), State::half_open);
  note_probe(standing, failed(half_open));
  EXPECT_EQ(standing.breaker.state(half_open + seconds(9)), State::open);
}

TEST(Probed, SuccessesTakeBackNothingThatRequestsFoundOut) {
  Standing standing;
  for (int i = 0; i < 5; ++i) attempt(standing, Outcome::failure, start);
  const TimePoint half_open = start + seconds(6);
  note_probe(standing, {.at = half_open});
  EXPECT_EQ(standing.breaker.state(half_open), State::half_open) << "its models may fail still";

  Standing closed;
  for (int i = 0; i < 4; ++i) attempt(closed, Outcome::failure, start);
  note_probe(closed, {.at = start});
  attempt(closed, Outcome::failure, start);
  EXPECT_EQ(closed.breaker.state(start), State::open) << "five in a row, whatever probes said";
}

TEST(Probed, WhatWasUsedSinceIsNotDownByProbes) {
  Standing standing;
  note_probe(standing, failed(start));
  EXPECT_TRUE(is_down_by_probes(standing));
  attempt(standing, Outcome::success, start + seconds(1));
  EXPECT_FALSE(is_down_by_probes(standing));
}

}  // namespace
}  // namespace tollway::routing
