#include "net/task_group.hpp"

#include <cassert>
#include <exception>
#include <new>

#include "base/log.hpp"

namespace tollway::net {

TaskGroup::~TaskGroup() {
  assert(running_ == 0 && "tasks outlive their group");
}

void TaskGroup::spawn(Task<> task) {
  ++running_;
  try {
    asio::co_spawn(io_.get_executor(), std::move(task),
                   [this](const std::exception_ptr& failure) { ended(failure); });
  } catch (...) {
    --running_;  // there was no memory to start it
    throw;
  }
}

void TaskGroup::ended(const std::exception_ptr& failure) {
  --running_;
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::bad_alloc&) {
    log::error("a task ended for want of memory");
  } catch (const std::exception& e) {
    log::error("a task ended by an exception, which is a bug: {}", e.what());
  }
}

}  // namespace tollway::net
