// A course's way among endpoints about which nothing but their standing matters.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "routing/course.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Next = Course::Next;

inline const TimePoint start{std::chrono::hours(1)};

struct Market {
  explicit Market(std::size_t count, const Limits& limits = {}, std::int64_t retries = 10)
      : budget(0.2, retries) {
    for (std::uint32_t i = 0; i < count; ++i) {
      standings.emplace_back(breakers, limits);
      candidates.emplace_back().standing = &standings.back();
      places.push_back({.group = 0, .candidate = i, .score = 0});
    }
  }
  Course course(Duration time = seconds(60), const CourseOptions& options = {}) {
    return Course({.candidates = candidates,
                   .places = places,
                   .budget = budget,
                   .line = line,
                   .random = random},
                  options, 100, start + time);
  }
  Course hedging() { return course(seconds(60), {.hedge_after = seconds(2)}); }
  BreakerOptions breakers;
  std::deque<Standing> standings;
  std::vector<Candidate> candidates;
  std::vector<Place> places;
  RetryBudget budget;
  Line line;
  Random random{1};
};

// What comes next, in line where there is one to stand in.
inline Course::Step next_in_line(
    Course& course, TimePoint now, std::function<void()> wake = [] {}) {
  const auto step = course.next(now);
  if (step.what != Next::queue) return step;
  course.queue(std::move(wake), now);
  return course.next(now);
}

inline void expect_attempt(Course& course, std::uint32_t candidate, TimePoint now) {
  const auto step = course.next(now);
  ASSERT_EQ(step.what, Next::attempt);
  EXPECT_EQ(step.candidate, candidate);
}

}  // namespace tollway::routing
