// Requests that wait for a limit, first come first served.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "routing/limiter.hpp"

namespace tollway::routing {

// One line for all limits of a program: each who waits says for which of them, and whoever came
// before him and waits for the same one goes first; those who came without waiting go last. Shared
// by all threads. Its lock is taken by who waits, and by who makes room for him, alone.
class Line {
 public:
  static constexpr std::size_t usual_max = 2000;

  explicit Line(std::size_t max = usual_max) noexcept : max_(max) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // How many may wait, from now on.
  void set_max(std::size_t max) noexcept { max_.store(max, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t size() const;

  // One request that may have to wait. It leaves the line when it is destroyed.
  class Waiter {
   public:
    explicit Waiter(Line& line) noexcept : line_(line) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { leave(); }

    // At the end of the line, for nothing yet. `wake` is called where it may be its turn, by any
    // thread and under the line's lock, so it only passes the word on. False: the line is as long
    // as it may be.
    [[nodiscard]] bool join(std::function<void()> wake);
    // What it waits for from now on, in place of what it waited for before.
    void wait_for(std::span<Limiter* const> limiters);
    // Whoever is next for what it waited for is woken.
    void leave() noexcept;
    [[nodiscard]] bool in_line() const noexcept { return in_line_; }

    // Whether nobody who came before waits for it.
    [[nodiscard]] bool may_enter(const Limiter& limiter) const;
    // Whether that is so of anything that it waits for.
    [[nodiscard]] bool is_first() const;

   private:
    friend class Line;
    [[nodiscard]] bool waits_for(const Limiter& limiter) const noexcept;
    void exchange_locked(std::vector<Limiter*> limiters) noexcept;

    Line& line_;
    bool in_line_ = false;
    std::function<void()> wake_;
    std::vector<Limiter*> limiters_;
  };

  // There is room again: whoever is first for it is woken.
  void freed(const Limiter& limiter) {
    if (limiter.waiting() > 0) wake_first(limiter);
  }

 private:
  void wake_first(const Limiter& limiter);
  void wake_first_locked(const Limiter& limiter) noexcept;
  // Nullptr: none before `last`; which may be null, for all.
  [[nodiscard]] Waiter* first(const Limiter& limiter, const Waiter* last) const noexcept;

  std::atomic<std::size_t> max_;
  mutable std::mutex mutex_;
  std::vector<Waiter*> waiters_;  // in the order in which they came
};

}  // namespace tollway::routing
