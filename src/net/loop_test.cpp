#include "net/loop.hpp"

#include <gtest/gtest.h>

namespace tollway::net {
namespace {

Task<> stop_without_waiting(Loop& loop) {
  loop.stop_after_tasks();
  co_return;
}

// Its end comes behind what it posted itself.
TEST(Loop, ATaskThatNeverWaitedEndsBeforeTheLoop) {
  Loop loop;
  loop.tasks().spawn(stop_without_waiting(loop));
  EXPECT_EQ(loop.tasks().size(), 1U);
  loop.run();
  EXPECT_EQ(loop.tasks().size(), 0U);
}

}  // namespace
}  // namespace tollway::net
