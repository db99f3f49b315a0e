// How many retries the traffic can bear.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace tollway::routing {

// Each request pays in a share of a retry, each retry takes a whole one: at total outage, attempts
// are at most 1 + share times the requests, beside what was saved (Finagle's retry budget). Shared
// by all threads; nothing in it waits.
class RetryBudget {
 public:
  // `share` of traffic, 0 to 1; `saved_max` retries are kept for a burst, and there at the start.
  explicit RetryBudget(double share = 0.2, std::int64_t saved_max = 10) noexcept
      : share_(static_cast<std::int64_t>(share * one)), max_(saved_max * one), saved_(max_) {}

  void request() noexcept {
    auto saved = saved_.load(std::memory_order_relaxed);
    while (saved < max_ && !saved_.compare_exchange_weak(saved, std::min(saved + share_, max_),
                                                         std::memory_order_relaxed)) {
    }
  }
  // Whether a retry may be made; it is then paid for.
  [[nodiscard]] bool take() noexcept {
    auto saved = saved_.load(std::memory_order_relaxed);
    while (saved >= one) {
      if (saved_.compare_exchange_weak(saved, saved - one, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  // One that was paid for was not made after all.
  void give_back() noexcept {
    auto saved = saved_.load(std::memory_order_relaxed);
    while (!saved_.compare_exchange_weak(saved, std::min(saved + one, max_),
                                         std::memory_order_relaxed)) {
    }
  }

 private:
  static constexpr std::int64_t one = 1'000'000;  // a retry, in millionths
  const std::int64_t share_;
  const std::int64_t max_;
  std::atomic<std::int64_t> saved_;
};

}  // namespace tollway::routing
