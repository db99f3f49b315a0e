#include "net/event.hpp"

#include <utility>

namespace tollway::net {

void Event::set() {
  set_ = true;
  timer_.cancel();
}

Task<Event::Woken> Event::wait(TimePoint until, Abort& abort) {
  if (!set_ && !abort.fired()) {
    const auto stop = [](void* self) { static_cast<Event*>(self)->timer_.cancel(); };
    const Abort::Hook hook(abort, stop, this);
    timer_.expires_at(until);
    boost::system::error_code cancelled;  // being cancelled is how it ends early
    co_await timer_.async_wait(asio::redirect_error(use_task, cancelled));
  }
  if (abort.fired()) co_return Woken::aborted;
  if (std::exchange(set_, false)) co_return Woken::set;
  co_return Woken::timed_out;
}

}  // namespace tollway::net
