#include "net/task_group.hpp"

#include <cassert>
#include <exception>

#include "base/log.hpp"

namespace tollway::net {

TaskGroup::~TaskGroup() {
  assert(running_ == 0 && "tasks outlive their group");
}

void TaskGroup::spawn(Task<> task) {
  ++running_;
  asio::co_spawn(io_.get_executor(), std::move(task), [this](const std::exception_ptr& failure) {
    --running_;
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      log::error("a task ended by an exception, which is a bug: {}", e.what());
    }
  });
}

}  // namespace tollway::net
