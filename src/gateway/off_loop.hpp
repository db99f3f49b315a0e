// A thread for what would hold a loop up.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "net/abort.hpp"
#include "net/loop.hpp"

namespace tollway::gateway {

// Runs jobs one after another on a thread of its own, which begins with the first one. Shared by
// all loops; thread-safe. Destroying it waits for the job under way; no run() may be waiting then.
class OffLoop {
 public:
  // Must not throw. One whose caller has gone meanwhile may run all the same: what it touches, it
  // shares.
  using Job = std::function<void()>;

  explicit OffLoop(std::size_t waiting_max);
  ~OffLoop();
  OffLoop(const OffLoop&) = delete;
  OffLoop& operator=(const OffLoop&) = delete;

  enum class Ran { done, too_many, timed_out, aborted };
  // Called on the loop's thread. What the job did is seen by the caller where it is done.
  [[nodiscard]] net::Task<Ran> run(net::Loop& loop, Job job, net::Duration patience,
                                   net::Abort& abort);

 private:
  struct State;
  struct Waiter;
  class Registration;
  std::shared_ptr<State> state_;
};

}  // namespace tollway::gateway
