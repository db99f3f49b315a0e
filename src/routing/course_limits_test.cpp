// A course among limits that are used up.
#include "routing/course_test.hpp"

namespace tollway::routing {
namespace {

TEST(Course, WaitsForALimitOrTakesTheNextAtOnce) {
  Market market(1, {.requests_a_minute = 1, .tokens_a_minute = 0, .concurrent = 0});
  Course one = market.course();
  expect_attempt(one, 0, start);
  Course hasty = market.course(seconds(30));
  EXPECT_EQ(hasty.next(start).what, Next::give_up) << "not before its deadline";
  Course two = market.course(seconds(90));
  const auto step = next_in_line(two, start);
  ASSERT_EQ(step.what, Next::wait);
  EXPECT_EQ(step.until, start + seconds(1)) << "the window may turn out to be emptier";
  EXPECT_EQ(two.next(start + seconds(60)).what, Next::wait);
  expect_attempt(two, 0, start + seconds(61));

  Market pair(2, {.requests_a_minute = 1, .tokens_a_minute = 0, .concurrent = 0});
  Course first = pair.course();
  expect_attempt(first, 0, start);
  Course second = pair.course();
  expect_attempt(second, 1, start);
}

TEST(Course, WhoComesLaterWaitsBehindThoseWhoWait) {
  Market market(1, {.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 1});
  Course served = market.course();
  expect_attempt(served, 0, start);
  Course first = market.course();
  Course second = market.course();
  int first_woken = 0;
  int second_woken = 0;
  EXPECT_EQ(next_in_line(first, start, [&] { ++first_woken; }).what, Next::wait);
  EXPECT_EQ(next_in_line(second, start, [&] { ++second_woken; }).what, Next::wait);
  served.answered({.outcome = Outcome::success}, 1, start);
  EXPECT_EQ(first_woken, 1);
  Course passing = market.course();
  EXPECT_EQ(passing.next(start).what, Next::queue) << "though there is room";
  EXPECT_EQ(second.next(start).what, Next::wait);
  expect_attempt(first, 0, start);
  EXPECT_GE(second_woken, 1);
  EXPECT_EQ(second.next(start).what, Next::wait) << "it found no room, and is first now";
  first.answered({.outcome = Outcome::success}, 1, start);
  expect_attempt(second, 0, start);
}

TEST(Course, NobodyWaitsInAFullLineNorLongerThanHeMay) {
  Market market(1, {.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 1});
  market.line.set_max(1);
  Course served = market.course();
  expect_attempt(served, 0, start);
  Course waiting = market.course(minutes(5), {.queue_wait_max = seconds(7)});
  EXPECT_EQ(next_in_line(waiting, start).what, Next::wait);
  Course turned_away = market.course();
  EXPECT_EQ(next_in_line(turned_away, start).what, Next::give_up);
  EXPECT_EQ(waiting.next(start + seconds(6)).what, Next::wait);
  EXPECT_EQ(waiting.next(start + seconds(7)).what, Next::give_up);
  EXPECT_EQ(market.line.size(), 0) << "who has given up stands in nobody's way";
  Course impatient = market.course(minutes(5), {.queue_wait_max = seconds(0)});
  EXPECT_EQ(impatient.next(start).what, Next::give_up);
}

// As a key's, a model's and a provider's are all to be kept, whoever has taken from them.
TEST(Course, EveryLimitIsKept) {
  Market market(3);
  Limiter of_provider({.concurrent = 2});
  Limiter of_model({.concurrent = 1});
  for (Standing& standing : market.standings) standing.of_provider = &of_provider;
  market.standings[0].of_model = market.standings[1].of_model = &of_model;
  Course one = market.course();
  expect_attempt(one, 0, start);
  Course two = market.course();
  expect_attempt(two, 2, start);
  Course three = market.course();
  EXPECT_EQ(three.next(start).what, Next::queue);
  EXPECT_EQ(market.standings[0].figures(start).quota, 0);
  one.answered({.outcome = Outcome::success}, 1, start);
  EXPECT_EQ(market.standings[2].figures(start).quota, 0.5);
  Course four = market.course();
  expect_attempt(four, 0, start);
}

TEST(Course, WaitingForALimitRetriesNobodyElse) {
  Market market(2, {.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 1});
  ASSERT_TRUE(market.standings[1].limiter.enter(1, start)) << "the second is busy for good";
  Course course = market.course(seconds(3));
  TimePoint now = start;
  for (auto step = next_in_line(course, now); step.what != Next::give_up;
       step = next_in_line(course, now)) {
    if (step.what == Next::wait) {
      now = step.until;
      continue;
    }
    EXPECT_EQ(step.candidate, 0U);
    course.failed(FailureClass::transient, {}, now);
  }
  EXPECT_EQ(course.attempts(), 1);
}

TEST(Course, OthersWaitForAThrottledEndpointTooAndThenAllMayGo) {
  Market market(1);
  Course first = market.course();
  expect_attempt(first, 0, start);
  first.failed(FailureClass::throttled, seconds(2), start);
  std::deque<Course> others;
  int woken = 0;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back(Course::Parts{.candidates = market.candidates,
                                      .places = market.places,
                                      .budget = market.budget,
                                      .line = market.line,
                                      .random = market.random},
                        CourseOptions{}, 100, start + seconds(60));
    const auto step = next_in_line(others.back(), start, [&woken] { ++woken; });
    ASSERT_EQ(step.what, Next::wait);
    EXPECT_EQ(step.until, start + (i == 0 ? seconds(1) : seconds(60))) << "the first has a look";
  }
  expect_attempt(others[0], 0, start + seconds(2));
  EXPECT_EQ(woken, 1);
  expect_attempt(others[1], 0, start + seconds(2));
  EXPECT_EQ(woken, 2);
  expect_attempt(others[2], 0, start + seconds(2));
}

}  // namespace
}  // namespace tollway::routing
