#include "gateway/off_loop.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "net/event.hpp"

namespace tollway::gateway {

struct OffLoop::Waiter {
  Job job;
  net::Executor executor;
  net::Event* event = nullptr;  // the caller's, on its loop's thread; null once it has gone
  bool waiting = true;          // guarded by the state's mutex
};

struct OffLoop::State {
  explicit State(std::size_t the_waiting_max) : waiting_max(the_waiting_max) {}

  void work();

  const std::size_t waiting_max;
  std::mutex mutex;  // guards all below
  std::condition_variable wake;
  std::deque<std::shared_ptr<Waiter>> queue;
  bool stopping = false;
  std::thread thread;
};

// Once it is gone, the thread posts nothing to the waiter's loop any more.
class OffLoop::Registration {
 public:
  Registration(std::shared_ptr<State> state, std::shared_ptr<Waiter> waiter)
      : state_(std::move(state)), waiter_(std::move(waiter)) {}
  ~Registration() {
    waiter_->event = nullptr;
    const std::lock_guard lock(state_->mutex);
    waiter_->waiting = false;
    std::erase(state_->queue, waiter_);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Waiter> waiter_;
};

void OffLoop::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait(lock, [this] { return stopping || !queue.empty(); });
    if (stopping) return;
    const auto waiter = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    waiter->job();
    lock.lock();
    if (!waiter->waiting) continue;
    net::asio::post(waiter->executor, [waiter] {
      if (waiter->event != nullptr) waiter->event->set();
    });
  }
}

OffLoop::OffLoop(std::size_t waiting_max) : state_(std::make_shared<State>(waiting_max)) {}

OffLoop::~OffLoop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

net::Task<OffLoop::Ran> OffLoop::run(net::Loop& loop, Job job, net::Duration patience,
                                     net::Abort& abort) {
  const auto state = state_;
  net::Event ran(loop);
  const auto waiter = std::make_shared<Waiter>(std::move(job), loop.executor(), &ran);
  {
    const std::lock_guard lock(state->mutex);
    if (state->queue.size() >= state->waiting_max) co_return Ran::too_many;
    state->queue.push_back(waiter);
    if (!state->thread.joinable()) {
      state->thread = std::thread([own = state.get()] { own->work(); });
    }
    state->wake.notify_one();
  }
  const Registration registration(state, waiter);
  auto waiting = ran.wait(net::Clock::now() + patience, abort);
  switch (co_await std::move(waiting)) {
    case net::Event::Woken::set:
      co_return Ran::done;
    case net::Event::Woken::timed_out:
      co_return Ran::timed_out;
    case net::Event::Woken::aborted:
      co_return Ran::aborted;
  }
  co_return Ran::timed_out;
}

}  // namespace tollway::gateway
