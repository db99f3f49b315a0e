#include "net/queue_delay.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <deque>
#include <thread>

#include "net/loop.hpp"

namespace tollway::net {
namespace {

using namespace std::chrono_literals;

// Turns of a loop that take their time, each of which asks how late the loop is.
struct Turns {
  Turns(Loop& on, Duration each, int count) : loop(on), takes(each), left(count) {
    loop.post([this] { turn(); });
  }
  void turn() {
    worst = std::max(worst, loop.queue_delay().judge(Clock::now()));
    const auto until = Clock::now() + takes;
    while (Clock::now() < until) std::this_thread::yield();
    if (--left > 0) loop.post([this] { turn(); });
  }
  Loop& loop;
  Duration takes;
  int left;
  Duration worst{};
};

TEST(QueueDelay, IsThatOfALoopThatDoesNotCatchUp) {
  Loop loop;
  const Turns turns(loop, 120ms, 8);
  loop.run();
  EXPECT_GE(turns.worst, 100ms);
}

TEST(QueueDelay, OneLongTurnIsNoOverload) {
  Loop loop;
  const Turns once(loop, 300ms, 1);
  loop.run();
  EXPECT_EQ(loop.queue_delay().judge(Clock::now()), 0ms);
}

// A descriptor that is ready again as soon as somebody came by, which takes a millisecond.
class Source {
 public:
  Source(Loop& loop, int visits, Duration& worst)
      : loop_(loop),
        visits_(visits),
        worst_(worst),
        descriptor_(loop.io(), ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    wait();
  }

 private:
  void wait() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [this](const boost::system::error_code& code) {
                             if (!code) visit();
                           });
    constexpr std::uint64_t one = 1;
    EXPECT_EQ(::write(descriptor_.native_handle(), &one, sizeof one), sizeof one);
  }
  void visit() {
    worst_ = std::max(worst_, loop_.queue_delay().judge(Clock::now()));
    for (const auto until = Clock::now() + 1ms; Clock::now() < until;) continue;
    if (--visits_ > 0) wait();
  }

  Loop& loop_;
  int visits_;
  Duration& worst_;
  asio::posix::stream_descriptor descriptor_;
};

TEST(QueueDelay, CountsWhatWaitsInTheKernel) {
  Loop loop;
  Duration worst{};
  std::deque<Source> sources;
  for (int i = 0; i < 300; ++i) sources.emplace_back(loop, 3, worst);
  loop.run();
  EXPECT_GE(worst, 250ms) << "the loop itself is never longer than 128 of them away";
}

}  // namespace
}  // namespace tollway::net
