// What one thread of the data plane owns.
#pragma once

#include "net/deadlines.hpp"
#include "net/held_sends.hpp"
#include "net/queue_delay.hpp"
#include "net/task_group.hpp"
#include "net/types.hpp"

namespace tollway::net {

// One io_context, run by one thread, with its deadlines and tasks. Everything that holds a Loop& is
// used on that thread only; post() is the way in from another.
class Loop {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop() or until nothing is left to do.
  void run() { io_.run(); }
  // Thread-safe. The handlers that are still waiting are dropped with the io_context.
  void stop() { io_.stop(); }
  // Stops once no task is left: one that has just ended may have a step to go, as Asio posts the
  // end of a coroutine that never waited. Thread-safe.
  void stop_after_tasks() {
    post([this] { tasks_.size() > 0 ? stop_after_tasks() : stop(); });
  }
  // Runs `action` on the loop's thread, later. Thread-safe.
  template <class Action>
  void post(Action action) {
    asio::post(io_.get_executor(), std::move(action));
  }

  [[nodiscard]] asio::io_context& io() noexcept { return io_; }
  [[nodiscard]] Executor executor() noexcept { return io_.get_executor(); }
  [[nodiscard]] DeadlineWheel& deadlines() noexcept { return deadlines_; }
  [[nodiscard]] QueueDelay& queue_delay() noexcept { return queue_delay_; }
  [[nodiscard]] HeldSends& held_sends() noexcept { return held_sends_; }
  [[nodiscard]] TaskGroup& tasks() noexcept { return tasks_; }

 private:
  // One thread runs it and touches its sockets and timers, so the reactor needs no locks; post()
  // and stop() stay safe from any thread.
  asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  DeadlineWheel deadlines_{io_};
  QueueDelay queue_delay_{io_};
  HeldSends held_sends_{io_};
  TaskGroup tasks_{io_};
};

}  // namespace tollway::net
