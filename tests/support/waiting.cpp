#include "support/waiting.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace tollway::test {

Signal::Signal() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Signal::~Signal() {
  ::close(descriptor_);
}

void Signal::set() noexcept {
  set_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

bool Signal::wait(Millis timeout) const noexcept {
  pollfd watched{descriptor_, POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(timeout.count())) == 1 && set_;
}

bool wait_until(const std::function<bool()>& condition, Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  while (!condition()) {
    if (Clock::now() >= deadline) return condition();
    ::poll(nullptr, 0, 2);
  }
  return true;
}

Millis time_left(Clock::time_point deadline) noexcept {
  return std::max(std::chrono::ceil<Millis>(deadline - Clock::now()), 0ms);
}

}  // namespace tollway::test
