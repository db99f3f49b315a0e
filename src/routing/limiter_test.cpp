#include "routing/limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "routing/random.hpp"

namespace tollway::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

MinuteWindow::Word said(std::int64_t remaining, const MinuteWindow& window) {
  return {.remaining = remaining, .taken = window.taken(), .reset = start + seconds(90)};
}

// A provider that counts in each of the ways in which providers do.
class Enforcing {
 public:
  explicit Enforcing(std::int64_t limit) : limit_(limit), level_(static_cast<double>(limit)) {}

  void arrives(std::int64_t amount, TimePoint at) {
    const auto fixed = at.time_since_epoch() / minutes(1);
    in_fixed_ = fixed == fixed_ ? in_fixed_ + amount : amount;
    fixed_ = fixed;

    sliding_.push_back({at, amount});
    in_sliding_ += amount;
    while (at - sliding_.front().at >= minutes(1)) {
      in_sliding_ -= sliding_.front().amount;
      sliding_.pop_front();
    }

    const double passed = std::chrono::duration<double, std::ratio<60>>(at - last_).count();
    level_ = std::min(level_ + passed * static_cast<double>(limit_), static_cast<double>(limit_));
    level_ -= static_cast<double>(amount);
    last_ = at;
    violations += in_fixed_ > limit_ || in_sliding_ > limit_ || level_ < 0 ? 1 : 0;
  }
  int violations = 0;

 private:
  struct Arrival {
    TimePoint at;
    std::int64_t amount;
  };
  std::int64_t limit_;
  std::int64_t fixed_ = 0;
  std::int64_t in_fixed_ = 0;
  std::deque<Arrival> sliding_;
  std::int64_t in_sliding_ = 0;
  double level_;
  TimePoint last_ = start;
};

TEST(MinuteWindow, NoProviderSeesItsLimitPassedHoweverItCounts) {
  constexpr std::int64_t limit = 600;
  MinuteWindow window(limit);
  Enforcing provider(limit);
  Random random(5);
  struct Sent {
    TimePoint arrives;
    std::int64_t amount;
  };
  std::vector<Sent> sent;
  std::int64_t total = 0;
  for (TimePoint now = start; now < start + minutes(30); now += milliseconds(7)) {
    const auto amount = static_cast<std::int64_t>(1 + random.next() % 5);
    if (!window.take(amount, now)) continue;
    // Up to a second on its way.
    sent.push_back({now + milliseconds(random.next() % 1000), amount});
    total += amount;
  }
  std::ranges::sort(sent, {}, &Sent::arrives);
  for (const Sent& each : sent) provider.arrives(each.amount, each.arrives);
  EXPECT_EQ(provider.violations, 0);
  EXPECT_GE(total, 29 * limit) << "and little of it is left unused";
}

TEST(MinuteWindow, KnowsTheShareThatIsLeft) {
  MinuteWindow window(10);
  EXPECT_EQ(window.share_left(start), 1);
  ASSERT_TRUE(window.take(8, start));
  EXPECT_NEAR(window.share_left(start), 0.2, 0.001);
  EXPECT_EQ(window.share_left(start + seconds(61)), 1) << "what is over counts no more";
  window.learn(said(1, window), start + seconds(61));
  EXPECT_NEAR(window.share_left(start + seconds(61)), 0.1, 0.001);
  window.learn(said(0, window), start + seconds(61));
  EXPECT_EQ(window.share_left(start + seconds(61)), 0);
  EXPECT_EQ(window.share_left(start + seconds(90)), 1);
  MinuteWindow unlimited;
  ASSERT_TRUE(unlimited.take(8, start));
  EXPECT_EQ(unlimited.share_left(start), 1);
}

TEST(MinuteWindow, SaysWhenThereIsRoomAgain) {
  MinuteWindow window(10);
  ASSERT_TRUE(window.take(4, start));
  ASSERT_TRUE(window.take(6, start + seconds(30)));
  const auto refused = window.take(3, start + seconds(31));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), start + seconds(61));
  EXPECT_FALSE(window.take(3, refused.error() - milliseconds(1)));
  EXPECT_TRUE(window.take(3, refused.error()));
  const auto later = window.take(8, refused.error());
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error(), start + seconds(30 + 61) + seconds(31)) << "three were taken since";
}

TEST(MinuteWindow, WhatWasNotUsedIsThereForOthersOnce) {
  MinuteWindow window(100);
  const auto taken = window.take(100, start);
  ASSERT_TRUE(taken);
  window.correct(*taken, 30, start + seconds(10));
  EXPECT_TRUE(window.take(70, start + seconds(10)));
  EXPECT_FALSE(window.take(1, start + seconds(10)));
  // The slot of the first is gone now, and gives back its 30 alone.
  EXPECT_TRUE(window.take(30, start + seconds(61)));
  EXPECT_FALSE(window.take(1, start + seconds(61)));
}

TEST(MinuteWindow, WhatWasUsedBesidesCountsToo) {
  MinuteWindow window(100);
  const auto taken = window.take(10, start);
  ASSERT_TRUE(taken);
  window.correct(*taken, 95, start + seconds(5));
  EXPECT_FALSE(window.take(6, start + seconds(5)));
  EXPECT_TRUE(window.take(5, start + seconds(5)));
}

TEST(MinuteWindow, MoreThanTheLimitGoesAlone) {
  MinuteWindow window(100);
  EXPECT_TRUE(window.take(500, start));
  EXPECT_FALSE(window.take(1, start + seconds(60)));
  EXPECT_TRUE(window.take(1, start + seconds(61)));
  EXPECT_FALSE(window.take(500, start + seconds(62)));
}

TEST(MinuteWindow, WithoutALimitEverythingGoes) {
  MinuteWindow window;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(window.take(1'000'000, start));
}

TEST(MinuteWindow, StartsAnewAfterALongRest) {
  MinuteWindow window(10);
  for (const auto rest : {seconds(61), seconds(64), seconds(128), seconds(86'400 * 100)}) {
    MinuteWindow rested(10);
    ASSERT_TRUE(rested.take(10, start));
    EXPECT_TRUE(rested.take(10, start + rest)) << rest.count();
    EXPECT_FALSE(rested.take(1, start + rest)) << rest.count();
  }
}

TEST(MinuteWindow, AProvidersWordMakesItLessThanWeCount) {
  MinuteWindow window(100);
  window.learn({.remaining = 5, .uncounted = 2, .reset = start + seconds(20)}, start);
  EXPECT_TRUE(window.take(3, start));
  const auto refused = window.take(1, start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), start + seconds(20));
  window.learn({.remaining = 8, .taken = 0, .reset = start + seconds(20)}, start + seconds(1));
  EXPECT_TRUE(window.take(5, start + seconds(1))) << "a newer word: 3 of 8 were taken since";
  EXPECT_FALSE(window.take(1, start + seconds(1)));
  EXPECT_TRUE(window.take(50, start + seconds(20)));
  window.learn({.remaining = 1000, .taken = 58, .reset = start + seconds(60)}, start + seconds(21));
  EXPECT_FALSE(window.take(100, start + seconds(21))) << "never more than we count";
}

TEST(MinuteWindow, WhoIsToBeLeftAloneIs) {
  MinuteWindow window;
  window.close_until(start + seconds(5));
  window.close_until(start + seconds(3));
  window.learn(said(10, window), start);
  const auto refused = window.take(1, start);
  ASSERT_FALSE(refused) << "though an answer that was under way says otherwise";
  EXPECT_EQ(refused.error(), start + seconds(5));
  EXPECT_EQ(window.share_left(start), 0);
  EXPECT_TRUE(window.take(1, start + seconds(5)));
}

TEST(MinuteWindow, ThreadsTogetherGetNoMoreThanThereIs) {
  constexpr std::int64_t limit = 10'000;
  for (int round = 0; round < 5; ++round) {
    MinuteWindow window(limit);
    std::atomic<std::int64_t> taken{0};
    {
      std::vector<std::jthread> threads;
      threads.reserve(4);
      for (std::uint64_t i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
          Random random(i);
          for (int k = 0; k < 5000; ++k) {
            const TimePoint now = start + milliseconds(random.next() % 60'000);
            if (window.take(1, now)) taken += 1;
          }
        });
      }
    }
    EXPECT_EQ(taken, limit);
  }
}

TEST(Limiter, TakesNothingUnlessAllCanBeTaken) {
  Limiter limiter({.requests_a_minute = 2, .tokens_a_minute = 100, .concurrent = 0});
  const auto first = limiter.enter(60, start);
  ASSERT_TRUE(first);
  EXPECT_FALSE(limiter.enter(60, start)) << "too many tokens";
  const auto second = limiter.enter(40, start);
  ASSERT_TRUE(second) << "the refused one took no request";
  EXPECT_FALSE(limiter.enter(0, start)) << "too many requests";
  limiter.leave(*first, 60, start);
  limiter.leave(*second, 10, start);
}

TEST(Limiter, CountsWhatIsUnderWay) {
  Limiter limiter({.requests_a_minute = 0, .tokens_a_minute = 0, .concurrent = 2});
  const auto one = limiter.enter(1, start);
  const auto two = limiter.enter(1, start);
  ASSERT_TRUE(one && two);
  const auto refused = limiter.enter(1, start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), start);
  limiter.leave(*one, 1, start);
  EXPECT_TRUE(limiter.enter(1, start));
}

TEST(Limiter, LearnsFromHeadersWhatOthersUnderWayWillTake) {
  Limiter limiter;
  const auto one = limiter.enter(100, start);
  const auto two = limiter.enter(100, start);
  ASSERT_TRUE(one && two);
  // The answer to the first: two requests and 150 tokens are left, and the second is not counted.
  limiter.learn({.requests = LimitWord{.a_minute = 10, .remaining = 2, .reset_in = seconds(30)},
                 .tokens = LimitWord{.a_minute = 1000, .remaining = 150, .reset_in = seconds(30)}},
                *one, start);
  EXPECT_FALSE(limiter.enter(60, start)) << "50 tokens are left";
  EXPECT_TRUE(limiter.enter(50, start));
  EXPECT_FALSE(limiter.enter(0, start)) << "one request was left";
}

// How many of those who ask are served by a provider that allows 600 a minute and says with each
// answer what is left of them, until a minute later: as a sliding window has it.
int served_in_ten_minutes(int asked_a_minute, milliseconds answer_time) {
  constexpr std::int64_t limit = 600;
  struct UnderWay {
    TimePoint ends;
    std::int64_t remaining;
    Limiter::Entry entry;
  };
  Limiter limiter;
  std::deque<TimePoint> lately;
  std::deque<UnderWay> under_way;
  int served = 0;
  for (int request = 0; request < 10 * asked_a_minute; ++request) {
    const TimePoint now = start + request * Duration(minutes(1)) / asked_a_minute;
    while (!under_way.empty() && under_way.front().ends <= now) {
      const UnderWay& answered = under_way.front();
      const LimitWord said{
          .a_minute = limit, .remaining = answered.remaining, .reset_in = minutes(1)};
      limiter.learn({.requests = said, .tokens = std::nullopt}, answered.entry, answered.ends);
      limiter.leave(answered.entry, 1, answered.ends);
      under_way.pop_front();
    }
    while (!lately.empty() && now - lately.front() >= minutes(1)) lately.pop_front();
    const auto entry = limiter.enter(1, now);
    if (!entry) continue;
    ++served;
    lately.push_back(now);
    const auto remaining = limit - static_cast<std::int64_t>(lately.size());
    EXPECT_GE(remaining, 0) << "request " << request;
    under_way.push_back({.ends = now + answer_time, .remaining = remaining, .entry = *entry});
  }
  return served;
}

TEST(Limiter, SteadyTrafficBelowWhatAProviderSaysIsServedWhole) {
  for (const auto answer_time : {milliseconds(10), milliseconds(1000)}) {
    EXPECT_EQ(served_in_ten_minutes(300, answer_time), 3000);
    EXPECT_EQ(served_in_ten_minutes(480, answer_time), 4800);
    EXPECT_EQ(served_in_ten_minutes(540, answer_time), 5400);
    // Who asks for twice as much has nothing left until a minute after the last word.
    EXPECT_GE(served_in_ten_minutes(1200, answer_time), 4000);
  }
}

}  // namespace
}  // namespace tollway::routing
