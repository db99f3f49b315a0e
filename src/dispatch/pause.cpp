#include "dispatch/pause.hpp"

namespace tollway::dispatch {

const std::shared_ptr<net::Event>& Pause::event() {
  if (event_ == nullptr) event_ = std::make_shared<net::Event>(loop_);
  return event_;
}

std::function<void()> Pause::waker() {
  return [&loop = loop_, event = event()] { loop.post([event] { event->set(); }); };
}

net::Task<Result<>> Pause::until(net::TimePoint time, net::Abort& abort) {
  auto waiting = event()->wait(time, abort);
  if (co_await std::move(waiting) != net::Event::Woken::aborted) co_return Result<>{};
  co_return std::unexpected(abort.reason());
}

}  // namespace tollway::dispatch
