// The one place where coroutines are set off to run on their own.
#pragma once

#include <cstddef>
#include <exception>

#include "net/types.hpp"

namespace tollway::net {

// Counts the tasks it spawned, so that a loop can be drained. A task that ends by an exception is
// logged and counted as ended: one connection's bug must not take the others down. Belongs to one
// loop's thread. Asserts on destruction that nothing runs any more.
class TaskGroup {
 public:
  explicit TaskGroup(asio::io_context& io) : io_(io) {}
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts the task before it returns. Throws std::bad_alloc where there is no memory for that.
  void spawn(Task<> task);
  [[nodiscard]] std::size_t size() const noexcept { return running_; }

 private:
  void ended(const std::exception_ptr& failure);

  asio::io_context& io_;
  std::size_t running_ = 0;
};

}  // namespace tollway::net
