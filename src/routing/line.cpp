#include "routing/line.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace tollway::routing {

std::size_t Line::size() const {
  const std::scoped_lock lock(mutex_);
  return places_.size();
}

Line::Place* Line::first(const Limiter& limiter, const Place* last) const noexcept {
  for (Place* const place : places_) {
    if (place == last) return nullptr;
    if (place->waits_for(limiter)) return place;
  }
  return nullptr;
}

void Line::wake_first_locked(const Limiter& limiter) noexcept {
  const Place* const place = first(limiter, nullptr);
  if (place == nullptr) return;
  try {
    place->wake_();
  } catch (...) {  // no memory to pass it on: who is first looks again by himself
    log::warning("a request that waits for a limit could not be woken");
  }
}

void Line::wake_first(const Limiter& limiter) {
  const std::scoped_lock lock(mutex_);
  wake_first_locked(limiter);
}

bool Line::Place::waits_for(const Limiter& limiter) const noexcept {
  return std::ranges::find(limiters_, &limiter) != limiters_.end();
}

bool Line::Place::join(std::function<void()> wake) {
  const std::scoped_lock lock(line_.mutex_);
  if (line_.places_.size() >= line_.max_.load(std::memory_order_relaxed)) return false;
  line_.places_.push_back(this);
  wake_ = std::move(wake);
  in_line_ = true;
  return true;
}

void Line::Place::wait_for(std::span<Limiter* const> limiters) {
  std::vector<Limiter*> wanted(limiters.begin(), limiters.end());
  const std::scoped_lock lock(line_.mutex_);
  exchange_locked(std::move(wanted));
}

void Line::Place::exchange_locked(std::vector<Limiter*> limiters) noexcept {
  const std::vector<Limiter*> given_up = std::exchange(limiters_, std::move(limiters));
  for (Limiter* const limiter : limiters_) limiter->waits(1);
  for (Limiter* const limiter : given_up) {
    limiter->waits(-1);
    if (!waits_for(*limiter)) line_.wake_first_locked(*limiter);
  }
}

void Line::Place::leave() noexcept {
  if (!in_line_) return;
  const std::scoped_lock lock(line_.mutex_);
  exchange_locked({});
  std::erase(line_.places_, this);
  in_line_ = false;
}

bool Line::Place::may_enter(const Limiter& limiter) const {
  if (limiter.waiting() == 0) return true;
  if (!in_line_) return false;
  const std::scoped_lock lock(line_.mutex_);
  return line_.first(limiter, this) == nullptr;
}

bool Line::Place::is_first() const {
  const std::scoped_lock lock(line_.mutex_);
  return std::ranges::any_of(
      limiters_, [this](const Limiter* limiter) { return line_.first(*limiter, this) == nullptr; });
}

}  // namespace tollway::routing
