#include "catalog/live.hpp"

#include <utility>

namespace tollway::catalog {

CataloguePointer Live::current() const {
  const std::scoped_lock lock(mutex_);
  return catalogue_;
}

bool Live::settled() const {
  const std::scoped_lock lock(mutex_);
  return settled_;
}

void Live::publish(CataloguePointer catalogue, bool settled) {
  std::vector<std::function<void()>> woken;
  {
    const std::scoped_lock lock(mutex_);
    std::swap(catalogue_, catalogue);  // the old one goes after the lock is gone
    settled_ = settled;
    if (settled_) woken.swap(waiting_);
  }
  for (const auto& wake : woken) wake();
}

net::Task<> Live::wait(net::TimePoint until) {
  const net::Executor executor = co_await net::asio::this_coro::executor;
  const auto timer = std::make_shared<net::Timer>(executor, until);
  {
    const std::scoped_lock lock(mutex_);
    if (settled_) co_return;
    // The cancelling runs on the loop itself, behind the wait below.
    waiting_.emplace_back(
        [executor, timer] { net::asio::post(executor, [timer] { timer->cancel(); }); });
  }
  boost::system::error_code cancelled;  // being cancelled is how it ends early
  co_await timer->async_wait(net::asio::redirect_error(net::use_task, cancelled));
}

}  // namespace tollway::catalog
