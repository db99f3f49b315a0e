#include "net/deadlines.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "net/loop.hpp"

namespace tollway::net {
namespace {

using namespace std::chrono_literals;

// Something that is due every 10 ms, and takes its time.
struct Ticking {
  Ticking(Loop& on, Duration busy, int turns_max)
      : loop(on), takes(busy), turns(turns_max), deadline(on.deadlines(), &Ticking::tick, this) {
    deadline.set(Clock::now() + 10ms);
  }
  static void tick(void* self) { static_cast<Ticking*>(self)->tick(); }
  void tick() {
    const auto until = Clock::now() + takes;
    while (Clock::now() < until) std::this_thread::yield();
    worst = std::max(worst, loop.deadlines().lateness(Clock::now()));
    if (--turns > 0) deadline.set(until - takes + 10ms);
  }
  Loop& loop;
  Duration takes;
  int turns;
  Duration worst{};
  Deadline deadline;
};

TEST(DeadlineWheel, SaysHowLateALoopIsThatDoesNotCatchUp) {
  Loop loop;
  Ticking ticking(loop, 120ms, 6);
  loop.run();
  EXPECT_GE(ticking.worst, 80ms);
}

TEST(DeadlineWheel, OneLongTurnIsNoOverload) {
  Loop loop;
  Ticking once(loop, 300ms, 1);
  loop.run();
  EXPECT_EQ(once.worst, 0ms);
  EXPECT_EQ(loop.deadlines().lateness(Clock::now() + 2s), 0ms) << "what is long past says nothing";
}

}  // namespace
}  // namespace tollway::net
