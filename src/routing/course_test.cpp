#include "routing/course_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <tuple>
#include <vector>

namespace tollway::routing {
namespace {

TEST(Course, GoesElsewhereAtOnceAndBackAfterAPause) {
  Market market(2);
  Course course = market.course();
  expect_attempt(course, 0, start);
  course.failed(FailureClass::transient, {}, start);
  expect_attempt(course, 1, start);
  course.failed(FailureClass::overloaded, {}, start);
  const auto pause = course.next(start);
  ASSERT_EQ(pause.what, Next::wait);
  EXPECT_LE(pause.until, start + milliseconds(500));
  expect_attempt(course, 0, pause.until);
  course.answered({.outcome = Outcome::success}, 50, pause.until);
  EXPECT_EQ(course.attempts(), 3);
}

TEST(Course, TriesAnEndpointThreeTimesAtMost) {
  Market market(1);
  Course course = market.course();
  TimePoint now = start;
  int attempts = 0;
  for (auto step = course.next(now); step.what != Next::give_up; step = course.next(now)) {
    if (step.what == Next::wait) {
      now = step.until;
      continue;
    }
    ++attempts;
    course.failed(FailureClass::transient, {}, now);
  }
  EXPECT_EQ(attempts, 3);
}

TEST(Course, TheClientsFaultIsTriedNowhereElse) {
  Market market(2);
  Course course = market.course();
  expect_attempt(course, 0, start);
  course.failed(FailureClass::client, {}, start);
  EXPECT_EQ(course.next(start).what, Next::give_up);
  EXPECT_TRUE(market.standings[0].breaker.admit(start));
}

// What is wrong for one model may be right for another (wire.md 3.8).
TEST(Course, TheClientsFaultEndsItsModelsPlacesAlone) {
  Market market(3);
  market.candidates[2].model = 1;
  Course course = market.course();
  expect_attempt(course, 0, start);
  course.failed(FailureClass::client, {}, start);
  expect_attempt(course, 2, start);
  course.failed(FailureClass::client, {}, start);
  EXPECT_EQ(course.next(start).what, Next::give_up);
  EXPECT_EQ(course.attempts(), 2);
}

TEST(Course, WhoThrottlesAndTakesNothingIsLeftAloneAsOneThatFails) {
  for (const auto retry_after : {std::optional<Duration>(), std::optional<Duration>(seconds(1))}) {
    Market market(1, {}, 0);
    TimePoint now = start;
    for (int i = 0; i < 5; ++i) {
      Course course = market.course();
      now += seconds(2);
      expect_attempt(course, 0, now);
      course.failed(FailureClass::throttled, retry_after, now);
    }
    now += milliseconds(100);
    EXPECT_EQ(market.standings[0].breaker.state(now), Breaker::State::open);
    EXPECT_EQ(market.course().next(now).what, Next::give_up);
  }
}

TEST(Course, WhoThrottlesNowAndThenIsNotLeftAlone) {
  Market market(1, {}, 0);
  for (int i = 0; i < 20; ++i) {
    const TimePoint now = start + seconds(2 * i);
    Course course = market.course(minutes(5));
    expect_attempt(course, 0, now);
    if (i % 4 == 3) {
      course.answered({.outcome = Outcome::success}, 50, now);
    } else {
      course.failed(FailureClass::throttled, {}, now);
    }
    EXPECT_EQ(market.standings[0].breaker.state(now), Breaker::State::closed);
  }
}

TEST(Course, ARetryThatFoundItsPlaceClosedIsNotPaidFor) {
  Market market(1, {}, 1);
  {
    Course course = market.course();
    expect_attempt(course, 0, start);
    course.failed(FailureClass::transient, {}, start);
    const auto pause = course.next(start);
    ASSERT_EQ(pause.what, Next::wait);
    market.standings[0].breaker.force(Breaker::Force::open);
    EXPECT_EQ(course.next(pause.until).what, Next::give_up);
  }
  EXPECT_TRUE(market.budget.take());
}

// Full jitter: any part of a bound that doubles, up to the cap, is as likely as any other.
TEST(Course, PausesAreSpreadEvenlyOverABoundThatDoublesUpToItsCap) {
  constexpr int courses = 4000;
  constexpr std::array<milliseconds, 3> bounds{milliseconds(500), milliseconds(1000),
                                               milliseconds(1600)};
  Market market(1, {}, 3 * courses);
  std::array<std::array<int, 10>, bounds.size()> seen{};
  TimePoint now = start;
  for (int i = 0; i < courses; ++i) {
    now += minutes(2);
    Course course({.candidates = market.candidates,
                   .places = market.places,
                   .budget = market.budget,
                   .line = market.line,
                   .random = market.random},
                  {.attempts_here_max = 4, .delay_max = milliseconds(1600)}, 100, now + minutes(1));
    for (std::size_t round = 0; round < bounds.size(); ++round) {
      expect_attempt(course, 0, now);
      course.failed(FailureClass::transient, {}, now);
      const auto pause = course.next(now);
      ASSERT_EQ(pause.what, Next::wait);
      ASSERT_LE(pause.until - now, bounds[round]);
      const auto tenth = (pause.until - now) * 10 / bounds[round];
      ++seen[round][static_cast<std::size_t>(std::min<std::int64_t>(tenth, 9))];
      now = pause.until;
    }
    expect_attempt(course, 0, now);
    course.answered({.outcome = Outcome::success}, 50, now);
  }
  for (const auto& tenths : seen) {
    for (const int count : tenths) EXPECT_NEAR(count, courses / 10, courses / 50);
  }
}

TEST(Course, WhatIsFatalThereIsNotTriedThereAgain) {
  for (const auto failure :
       {FailureClass::key, FailureClass::model, FailureClass::too_long, FailureClass::refused}) {
    Market market(2);
    Course course = market.course();
    expect_attempt(course, 0, start);
    course.failed(failure, {}, start);
    expect_attempt(course, 1, start);
    course.failed(failure, {}, start);
    EXPECT_EQ(course.next(start).what, Next::give_up) << name_of(failure);
  }
}

// Two keys of one provider, another provider of the model, and the first one's of a fallback model.
struct Keys : Market {
  Keys() : Market(4) {
    endpoints[0].provider = endpoints[1].provider = endpoints[3].provider = "one";
    endpoints[2].provider = "two";
    for (std::size_t i = 0; i < 4; ++i) candidates[i].endpoint = &endpoints[i];
    endpoints[3].model = "another";
    candidates[3].model = 1;
  }
  std::array<Endpoint, 4> endpoints;
};

TEST(Course, WhatIsTheProvidersFaultTurnsToAnotherProviderFirst) {
  for (const auto failure :
       {FailureClass::transient, FailureClass::overloaded, FailureClass::broken,
        FailureClass::model, FailureClass::too_long, FailureClass::refused}) {
    SCOPED_TRACE(name_of(failure));
    Keys keys;
    Course course = keys.course();
    for (const std::uint32_t candidate : {0U, 2U, 1U, 3U}) {
      expect_attempt(course, candidate, start);
      course.failed(failure, {}, start);
    }
  }
}

TEST(Course, WhatIsTheKeysFaultTurnsToTheNextKey) {
  for (const auto failure : {FailureClass::key, FailureClass::throttled}) {
    SCOPED_TRACE(name_of(failure));
    Keys keys;
    Course course = keys.course();
    for (const std::uint32_t candidate : {0U, 1U, 2U, 3U}) {
      expect_attempt(course, candidate, start);
      course.failed(failure, {}, start);
    }
  }
}

TEST(Course, AnotherKeyIsAskedWhereThereIsNoOtherProvider) {
  Keys keys;
  keys.places.erase(keys.places.begin() + 2);
  Course course = keys.course();
  for (const std::uint32_t candidate : {0U, 1U, 3U}) {
    expect_attempt(course, candidate, start);
    course.failed(FailureClass::transient, {}, start);
  }
}

TEST(Course, PassesOverOpenBreakersAndSaysWhenTheyMayBeAsked) {
  Market market(2);
  market.standings[0].breaker.open_until(start + seconds(9));
  {
    Course course = market.course();
    expect_attempt(course, 1, start);
    course.answered({.outcome = Outcome::success}, 1, start);
  }
  for (Standing& standing : market.standings) {  // and nobody has just tried
    standing.breaker.open_until(start + seconds(7));
    ASSERT_TRUE(standing.breaker.admit_early(start));
  }
  Course course = market.course();
  const auto step = course.next(start);
  EXPECT_EQ(step.what, Next::give_up);
  EXPECT_EQ(step.until, start + seconds(7));
  EXPECT_EQ(course.attempts(), 0);
}

TEST(Course, ProbesAnOpenBreakerWhereNothingElseIsLeft) {
  Market market(1);
  for (int i = 0; i < 5; ++i) {
    Course course = market.course();
    expect_attempt(course, 0, start);
    course.failed(FailureClass::transient, {}, start);
  }
  EXPECT_EQ(market.standings[0].breaker.state(start), Breaker::State::open);
  Course refused = market.course();
  EXPECT_EQ(refused.next(start).what, Next::give_up) << "it has just failed";
  Course course = market.course();
  expect_attempt(course, 0, start + seconds(1));
  course.answered({.outcome = Outcome::success}, 1, start + seconds(1));
  EXPECT_EQ(market.standings[0].breaker.state(start + seconds(1)), Breaker::State::closed);
}

TEST(Course, ObeysRetryAfterWithinTheDeadline) {
  Market market(1);
  {
    Course course = market.course();
    expect_attempt(course, 0, start);
    course.failed(FailureClass::throttled, seconds(20), start);
    const auto step = course.next(start);
    ASSERT_EQ(step.what, Next::wait);
    EXPECT_GE(step.until, start + seconds(20));
    expect_attempt(course, 0, step.until);
    course.answered({.outcome = Outcome::success}, 1, step.until);
  }
  Market another(1);
  Course course = another.course(seconds(10));
  expect_attempt(course, 0, start);
  course.failed(FailureClass::throttled, seconds(20), start);
  EXPECT_EQ(course.next(start).what, Next::give_up);
}

// A stream takes minutes; its first content says enough.
TEST(Course, AProbeThatBeginsToAnswerLetsOthersFollow) {
  Market market(1);
  for (int i = 0; i < 5; ++i) {
    market.standings[0].breaker.ended(Outcome::failure, {}, start, start);
  }
  const TimePoint later = start + seconds(6);
  Course probe = market.course();
  expect_attempt(probe, 0, later);
  EXPECT_EQ(market.course().next(later).what, Next::give_up) << "one probe at a time";
  probe.answering();
  EXPECT_EQ(market.standings[0].breaker.state(later), Breaker::State::closed);
  Course other = market.course();
  expect_attempt(other, 0, later);
}

TEST(Course, EachRetryIsPaidFor) {
  Market market(4, {}, 2);
  Course course = market.course();
  TimePoint now = start;
  for (auto step = course.next(now); step.what != Next::give_up; step = course.next(now)) {
    if (step.what == Next::wait) now = step.until;
    if (step.what == Next::attempt) course.failed(FailureClass::transient, {}, now);
  }
  EXPECT_EQ(course.attempts(), 4 + 2);
}

TEST(Course, AnAttemptThatIsForgottenLeavesNothingBehind) {
  Market market(1, {.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 1});
  {
    Course course = market.course();
    expect_attempt(course, 0, start);
  }
  Course course = market.course();
  expect_attempt(course, 0, start);
  EXPECT_EQ(market.standings[0].health.last_30_seconds(start).judged(), 0U);
}

TEST(Course, AtATotalOutageAttemptsAreAtMostAFifthMoreThanRequests) {
  Market market(3);
  int requests = 0;
  int attempts = 0;
  for (TimePoint now = start; now < start + std::chrono::minutes(10); now += milliseconds(100)) {
    Course course({.candidates = market.candidates,
                   .places = market.places,
                   .budget = market.budget,
                   .line = market.line,
                   .random = market.random},
                  {}, 100, now + seconds(5));
    ++requests;
    TimePoint then = now;
    for (auto step = course.next(then); step.what != Next::give_up; step = course.next(then)) {
      if (step.what == Next::wait) then = step.until;
      if (step.what == Next::attempt) course.failed(FailureClass::transient, {}, then);
    }
    attempts += course.attempts();
  }
  EXPECT_LE(attempts, requests * 1.2);
}

TEST(Course, HedgesNothingUnlessItIsAskedTo) {
  Market market(2);
  Course course = market.course();
  expect_attempt(course, 0, start);
  EXPECT_EQ(course.hedge_at(start), std::nullopt);
}

TEST(Course, HedgesWithTheNextOnceARequest) {
  Market market(3, {.concurrent = 1});
  {
    Course course = market.hedging();
    expect_attempt(course, 0, start);
    EXPECT_EQ(course.hedge_at(start), start + seconds(2));
    const auto then = start + seconds(2);
    EXPECT_EQ(course.hedge(then), 1U);
    EXPECT_EQ(course.hedge_at(then), std::nullopt);
    EXPECT_EQ(course.hedge(then), std::nullopt);
    EXPECT_FALSE(market.standings[0].limiter.enter(100, then)) << "both take up room";
    EXPECT_FALSE(market.standings[1].limiter.enter(100, then));
    course.called_off(then + seconds(1), Course::Which::first);
    course.answered({.outcome = Outcome::success}, 50, then + seconds(1), Course::Which::hedge);
    EXPECT_EQ(course.attempts(), 2);
  }
  const auto now = start + seconds(10);
  EXPECT_TRUE(market.standings[0].limiter.enter(100, now));
  EXPECT_TRUE(market.standings[1].limiter.enter(100, now));
  // The one that was called off has failed nobody, but it was slow.
  EXPECT_EQ(market.standings[0].health.last_30_seconds(now).judged(), 0U);
  EXPECT_NEAR(at(market.standings[0].health.figures(now).first_token_s, Percentile::p50), 3, 0.2);
  EXPECT_EQ(market.standings[1].health.last_30_seconds(now).successes, 1U);
}

TEST(Course, HedgesNothingWhereNobodyElseIs) {
  Market market(1);
  Course course = market.hedging();
  expect_attempt(course, 0, start);
  EXPECT_EQ(course.hedge_at(start), std::nullopt);
}

TEST(Course, GivesAnEndpointTheTimeThatItUsuallyTakes) {
  Market market(2);
  market.candidates[0].figures.first_token_s = {1, 2, 6, 9};
  Course course = market.hedging();
  expect_attempt(course, 0, start);
  EXPECT_EQ(course.hedge_at(start), start + seconds(6));
}

TEST(Course, PaysForAHedgeAndTakesTheMoneyBackWhereNobodyIsOpen) {
  Market market(2, {}, 1);
  market.standings[1].breaker.open_until(start + seconds(60));
  {
    Course course = market.hedging();
    expect_attempt(course, 0, start);
    EXPECT_EQ(course.hedge(start + seconds(2)), std::nullopt);
  }
  EXPECT_TRUE(market.budget.take());
  EXPECT_FALSE(market.budget.take());
  Course course = market.hedging();
  expect_attempt(course, 0, start);
  EXPECT_EQ(course.hedge(start + seconds(2)), std::nullopt) << "nothing is left to pay with";
}

TEST(Course, GoesOnWhenBothHaveFailed) {
  Market market(3);
  Course course = market.hedging();
  expect_attempt(course, 0, start);
  EXPECT_EQ(course.hedge(start), 1U);
  course.failed(FailureClass::transient, {}, start, Course::Which::hedge);
  course.failed(FailureClass::broken, {}, start);
  expect_attempt(course, 2, start);
  course.failed(FailureClass::broken, {}, start);
  // Only the hedge's endpoint may do better a second time.
  const auto pause = course.next(start);
  ASSERT_EQ(pause.what, Next::wait);
  expect_attempt(course, 1, pause.until);
}

// Everybody hangs, and every request would hedge.
TEST(Course, HedgesOneRequestInFiveAtMost) {
  Market market(2);
  constexpr int requests = 1000;
  int attempts = 0;
  for (int i = 0; i < requests; ++i) {
    Course course = market.hedging();
    std::ignore = course.next(start);
    std::ignore = course.hedge(start);
    attempts += course.attempts();
  }
  EXPECT_LE(attempts, requests * 1.2 + 10);
  EXPECT_GE(attempts, requests * 1.2 - 1);
}

}  // namespace
}  // namespace tollway::routing
