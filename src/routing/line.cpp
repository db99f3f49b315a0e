#include "routing/line.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace tollway::routing {

std::size_t Line::size() const {
  const std::scoped_lock lock(mutex_);
  return waiters_.size();
}

Line::Waiter* Line::first(const Limiter& limiter, const Waiter* last) const noexcept {
  for (Waiter* const waiter : waiters_) {
    if (waiter == last) return nullptr;
    if (waiter->waits_for(limiter)) return waiter;
  }
  return nullptr;
}

void Line::wake_first_locked(const Limiter& limiter) noexcept {
  const Waiter* const waiter = first(limiter, nullptr);
  if (waiter == nullptr) return;
  try {
    waiter->wake_();
  } catch (...) {  // no memory to pass it on: who is first looks again by himself
    log::warning("a request that waits for a limit could not be woken");
  }
}

void Line::wake_first(const Limiter& limiter) {
  const std::scoped_lock lock(mutex_);
  wake_first_locked(limiter);
}

bool Line::Waiter::waits_for(const Limiter& limiter) const noexcept {
  return std::ranges::find(limiters_, &limiter) != limiters_.end();
}

bool Line::Waiter::join(std::function<void()> wake) {
  const std::scoped_lock lock(line_.mutex_);
  if (line_.waiters_.size() >= line_.max_.load(std::memory_order_relaxed)) return false;
  line_.waiters_.push_back(this);
  wake_ = std::move(wake);
  in_line_ = true;
  return true;
}

void Line::Waiter::wait_for(std::span<Limiter* const> limiters) {
  std::vector<Limiter*> wanted(limiters.begin(), limiters.end());
  const std::scoped_lock lock(line_.mutex_);
  exchange_locked(std::move(wanted));
}

void Line::Waiter::exchange_locked(std::vector<Limiter*> limiters) noexcept {
  const std::vector<Limiter*> given_up = std::exchange(limiters_, std::move(limiters));
  for (Limiter* const limiter : limiters_) limiter->waits(1);
  for (Limiter* const limiter : given_up) {
    limiter->waits(-1);
    if (!waits_for(*limiter)) line_.wake_first_locked(*limiter);
  }
}

void Line::Waiter::leave() noexcept {
  if (!in_line_) return;
  const std::scoped_lock lock(line_.mutex_);
  exchange_locked({});
  std::erase(line_.waiters_, this);
  in_line_ = false;
}

bool Line::Waiter::may_enter(const Limiter& limiter) const {
  if (limiter.waiting() == 0) return true;
  if (!in_line_) return false;
  const std::scoped_lock lock(line_.mutex_);
  return line_.first(limiter, this) == nullptr;
}

bool Line::Waiter::is_first() const {
  const std::scoped_lock lock(line_.mutex_);
  return std::ranges::any_of(
      limiters_, [this](const Limiter* limiter) { return line_.first(*limiter, this) == nullptr; });
}

}  // namespace tollway::routing
