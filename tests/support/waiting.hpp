// How tests wait: for a thing to happen, with a deadline, never for time to pass.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

namespace tollway::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

// How long a test waits for what must happen. Long enough for a loaded machine under a sanitizer;
// only a failing test waits it out.
inline constexpr Millis patience = 15s;

// Something that happens once and stays: one side sets it, any number wait. What was written before
// set() may be read after a wait() that saw it. Thread-safe.
class Signal {
 public:
  Signal();
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void set() noexcept;
  [[nodiscard]] bool is_set() const noexcept { return wait(0ms); }
  // False when the time ran out first.
  [[nodiscard]] bool wait(Millis timeout = patience) const noexcept;
  // Readable once set, to be polled together with sockets.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
  std::atomic<bool> set_ = false;  // sanitizers do not see the order that a poll gives
};

// Looks every few milliseconds until `condition` holds; false when the time ran out first. For
// things that cannot be polled: a file's content, a process's state.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition, Millis timeout = patience);

// What is left until `deadline`, at least zero; rounded up, so that a poll does not come early.
[[nodiscard]] Millis time_left(Clock::time_point deadline) noexcept;

// A stopwatch that runs from its construction.
class Stopwatch {
 public:
  [[nodiscard]] Millis elapsed() const noexcept {
    return std::chrono::duration_cast<Millis>(Clock::now() - begin_);
  }

 private:
  Clock::time_point begin_ = Clock::now();
};

}  // namespace tollway::test
