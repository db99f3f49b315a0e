#include "routing/key_standing.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "routing/course.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Next = Course::Next;

const TimePoint start{std::chrono::hours(1)};

// One endpoint a key.
struct Keys {
  explicit Keys(std::size_t count, const Limits& limits = {}) {
    for (std::uint32_t i = 0; i < count; ++i) {
      keys.emplace_back("acme", std::to_string(i), limits);
      standings.emplace_back().key = &keys.back();
      candidates.emplace_back().standing = &standings.back();
      places.push_back({.group = 0, .candidate = i, .score = 0});
    }
  }
  Course course() {
    return Course({.candidates = candidates,
                   .places = places,
                   .budget = budget,
                   .line = line,
                   .random = random},
                  {}, 100, start + minutes(60));
  }
  std::deque<KeyStanding> keys;
  std::deque<Standing> standings;
  std::vector<Candidate> candidates;
  std::vector<Place> places;
  RetryBudget budget;
  Line line;
  Random random{1};
};

TEST(KeyStanding, RestsLongerWithEachRefusalUntilItWorks) {
  KeyStanding key("acme", "");
  EXPECT_FALSE(key.rests(start));
  EXPECT_TRUE(key.rest(start));
  EXPECT_FALSE(key.rest(start)) << "it rests already: of what was under way nobody is told twice";
  EXPECT_TRUE(key.rests(start + seconds(59)));
  EXPECT_FALSE(key.rests(start + seconds(60)));
  TimePoint now = start + minutes(1);
  for (const int expected : {2, 4, 8, 10, 10, 10}) {
    EXPECT_TRUE(key.rest(now));
    EXPECT_EQ(key.rest_until() - now, minutes(expected));
    now = key.rest_until();
  }
  EXPECT_TRUE(key.rest(now));
  key.worked();
  EXPECT_FALSE(key.rests(now));
  EXPECT_TRUE(key.rest(now));
  EXPECT_EQ(key.rest_until() - now, minutes(1));
}

TEST(KeyStanding, ARefusedKeyIsPassedOver) {
  Keys keys(2);
  {
    Course course = keys.course();
    EXPECT_EQ(course.next(start).candidate, 0);
    course.failed(FailureClass::key, {}, start);
    EXPECT_EQ(course.next(start).candidate, 1);
    course.answered({.outcome = Outcome::success}, 1, start);
  }
  EXPECT_TRUE(keys.keys[0].rests(start));
  EXPECT_FALSE(keys.keys[1].rests(start));
  Course course = keys.course();
  EXPECT_EQ(course.next(start).candidate, 1);
}

TEST(KeyStanding, WhereNoOtherIsLeftARestingKeyIsTriedOnceASecond) {
  Keys keys(1);
  {
    Course course = keys.course();
    EXPECT_EQ(course.next(start).what, Next::attempt);
    course.failed(FailureClass::key, {}, start);
    EXPECT_EQ(course.next(start).what, Next::give_up);
  }
  {
    Course course = keys.course();
    const auto step = course.next(start);
    EXPECT_EQ(step.what, Next::give_up) << "it was refused this second";
    EXPECT_EQ(step.until, start + minutes(1));
  }
  Course course = keys.course();
  EXPECT_EQ(course.next(start + seconds(1)).what, Next::attempt);
  Course other = keys.course();
  EXPECT_EQ(other.next(start + seconds(1)).what, Next::give_up);
  course.answered({.outcome = Outcome::success}, 1, start + seconds(2));
  EXPECT_FALSE(keys.keys[0].rests(start + seconds(2))) << "it was paid for";
}

TEST(KeyStanding, ItsLimitsAreOfAllItsEndpoints) {
  Keys keys(2, {.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 1});
  keys.standings[1].key = &keys.keys[0];
  Course first = keys.course();
  EXPECT_EQ(first.next(start).what, Next::attempt);
  Course second = keys.course();
  EXPECT_EQ(second.next(start).what, Next::queue);
  first.answered({.outcome = Outcome::success}, 1, start);
  Course third = keys.course();
  EXPECT_EQ(third.next(start).what, Next::attempt);
}

TEST(KeyStanding, WhatItsEndpointDoesNotAdmitIsNotCounted) {
  Keys keys(1, {.requests_a_minute = 2, .tokens_a_minute = 0, .concurrent = 0});
  auto& limiter = keys.standings[0].limiter;
  limiter.close_until(start + seconds(30));
  for (int i = 0; i < 5; ++i) {
    Course course = keys.course();
    EXPECT_EQ(course.next(start).what, Next::queue);
  }
  EXPECT_TRUE(keys.keys[0].limiter.enter(1, start));
  EXPECT_TRUE(keys.keys[0].limiter.enter(1, start));
  EXPECT_FALSE(keys.keys[0].limiter.enter(1, start));
}

TEST(KeyStanding, WhatAnAnswerSaysOfLimitsIsHeeded) {
  Keys keys(2);
  Course course = keys.course();
  EXPECT_EQ(course.next(start).candidate, 0);
  course.told({.requests = LimitWord{.a_minute = 100, .remaining = 0, .reset_in = seconds(30)},
               .tokens = std::nullopt},
              start);
  course.answered({.outcome = Outcome::success}, 1, start);
  Course other = keys.course();
  EXPECT_EQ(other.next(start).candidate, 1);
  other.told({.requests = std::nullopt,
              .tokens = LimitWord{.a_minute = 0, .remaining = 99, .reset_in = seconds(20)}},
             start);
  other.answered({.outcome = Outcome::success}, 1, start);
  Course third = keys.course();
  const auto step = third.next(start);
  EXPECT_EQ(step.what, Next::queue) << "each asks for a hundred tokens";
  EXPECT_EQ(step.until, start + seconds(20));
}

TEST(KeyStanding, WhatIsLeftOfAQuotaIsTheLeastOfBoth) {
  Keys keys(1, {.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 4});
  EXPECT_EQ(keys.standings[0].figures(start).quota, 1);
  ASSERT_TRUE(keys.keys[0].limiter.enter(1, start));
  EXPECT_EQ(keys.standings[0].figures(start).quota, 0.75);
  const LimitWord said{.a_minute = 10, .remaining = 2, .reset_in = seconds(30)};
  keys.standings[0].limiter.learn({.requests = said, .tokens = std::nullopt}, {}, start);
  EXPECT_NEAR(keys.standings[0].figures(start).quota, 0.2, 0.001);
  ASSERT_TRUE(keys.keys[0].rest(start));
  EXPECT_EQ(keys.standings[0].figures(start).quota, 0);
}

TEST(KeyStanding, AModelThatDoesNotExistSpeaksForNoOther) {
  Keys keys(1);
  keys.standings[0].any_model = true;
  for (int i = 0; i < 20; ++i) {
    Course course = keys.course();
    EXPECT_EQ(course.next(start).what, Next::attempt);
    course.failed(FailureClass::model, {}, start);
  }
  EXPECT_EQ(keys.standings[0].breaker.state(start), Breaker::State::closed);
}

}  // namespace
}  // namespace tollway::routing
