#include "routing/line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace tollway::routing {
namespace {

using testing::ElementsAre;

struct Waiting {
  explicit Waiting(Line& line) : place(line) {}
  [[nodiscard]] bool join(Limiter& limiter) {
    if (!place.join([this] { ++woken; })) return false;
    const std::array all{&limiter};
    place.wait_for(all);
    return true;
  }
  Line::Waiter place;
  int woken = 0;
};

TEST(Line, WhoComesFirstGoesFirst) {
  Line line;
  Limiter limiter;
  Waiting first(line);
  Waiting second(line);
  Waiting passing(line);
  EXPECT_TRUE(passing.place.may_enter(limiter)) << "nobody waits";
  ASSERT_TRUE(first.join(limiter));
  ASSERT_TRUE(second.join(limiter));
  EXPECT_FALSE(passing.place.may_enter(limiter)) << "others wait";
  EXPECT_TRUE(first.place.may_enter(limiter));
  EXPECT_FALSE(second.place.may_enter(limiter));
  EXPECT_TRUE(first.place.is_first());
  EXPECT_FALSE(second.place.is_first());

  line.freed(limiter);
  EXPECT_EQ(first.woken, 1);
  EXPECT_EQ(second.woken, 0);
  first.place.leave();
  EXPECT_EQ(second.woken, 1) << "there may be room for more than one";
  EXPECT_TRUE(second.place.may_enter(limiter));
  second.place.leave();
  EXPECT_EQ(limiter.waiting(), 0);
  EXPECT_TRUE(passing.place.may_enter(limiter));
  EXPECT_EQ(line.size(), 0);
}

TEST(Line, EachWaitsForHisOwn) {
  Line line;
  Limiter one;
  Limiter other;
  Waiting for_one(line);
  Waiting for_both(line);
  Waiting for_other(line);
  ASSERT_TRUE(for_one.join(one));
  ASSERT_TRUE(for_both.join(one));
  const std::array both{&one, &other};
  for_both.place.wait_for(both);
  ASSERT_TRUE(for_other.join(other));
  EXPECT_TRUE(for_both.place.is_first()) << "for the other one";
  EXPECT_FALSE(for_both.place.may_enter(one));
  line.freed(other);
  EXPECT_THAT((std::array{for_one.woken, for_both.woken, for_other.woken}), ElementsAre(0, 1, 0));
  for_both.place.leave();
  EXPECT_THAT((std::array{for_one.woken, for_both.woken, for_other.woken}), ElementsAre(1, 1, 1));
}

TEST(Line, IsAsLongAsItMayBe) {
  Line line(1);
  Limiter limiter;
  Waiting first(line);
  ASSERT_TRUE(first.join(limiter));
  {
    Waiting second(line);
    EXPECT_FALSE(second.join(limiter));
    EXPECT_FALSE(second.place.in_line());
    line.set_max(2);
    EXPECT_TRUE(second.join(limiter));
    EXPECT_EQ(line.size(), 2);
  }
  EXPECT_EQ(line.size(), 1) << "who is gone waits no longer";
  line.set_max(0);
  Waiting third(line);
  EXPECT_FALSE(third.join(limiter));
}

// One at a time may enter; each who has to wait is let in once somebody has left.
TEST(Line, NobodyIsForgottenByThreads) {
  Line line;
  Limiter limiter({.concurrent = 1});
  std::atomic<int> inside{0};
  std::atomic<int> served{0};
  const TimePoint now{std::chrono::hours(1)};
  const auto serve = [&] {
    for (int request = 0; request < 2000; ++request) {
      std::atomic<bool> woken{false};
      Line::Waiter place(line);
      const std::array wanted{&limiter};
      for (;;) {
        if (place.may_enter(limiter)) {
          if (const auto entry = limiter.enter(1, now)) {
            place.leave();
            EXPECT_EQ(inside.fetch_add(1), 0);
            if (request % 8 == 0) std::this_thread::yield();
            inside.fetch_sub(1);
            limiter.leave(*entry, 1, now);
            line.freed(limiter);
            break;
          }
        }
        if (!place.in_line()) {
          ASSERT_TRUE(place.join([&woken] {
            woken.store(true);
            woken.notify_one();
          }));
          place.wait_for(wanted);
          continue;
        }
        woken.wait(false);
        woken.store(false);
      }
      served.fetch_add(1);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(serve);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(served.load(), 8000);
  EXPECT_EQ(limiter.waiting(), 0);
}

}  // namespace
}  // namespace tollway::routing
