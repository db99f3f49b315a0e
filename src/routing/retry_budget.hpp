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
      : share_(static_cast<std::int64_t>(share * one)),
        max_(saved_max * one),
        saved_(saved_max * one) {}
  // From now on.
  void use(double share, std::int64_t saved_max) noexcept {
    share_.store(static_cast<std::int64_t>(share * one), std::memory_order_relaxed);
    max_.store(saved_max * one, std::memory_order_relaxed);
  }

  void request() noexcept { add(share_.load(std::memory_order_relaxed)); }
  // Whether a retry may be made; it is then paid for.
  [[nodiscard]] bool take() noexcept {
    auto saved = saved_.load(std::memory_order_relaxed);
    while (saved >= one) {
      if (saved_.compare_exchange_weak(saved, saved - one, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  // One that was paid for was not made after all.
  void give_back() noexcept { add(one); }

 private:
  static constexpr std::int64_t one = 1'000'000;  // a retry, in millionths
  void add(std::int64_t millionths) noexcept {
    const auto max = max_.load(std::memory_order_relaxed);
    auto saved = saved_.load(std::memory_order_relaxed);
    while (saved < max && !saved_.compare_exchange_weak(saved, std::min(saved + millionths, max),
                                                        std::memory_order_relaxed)) {
    }
  }

  std::atomic<std::int64_t> share_;
  std::atomic<std::int64_t> max_;
  std::atomic<std::int64_t> saved_;
};

}  // namespace tollway::routing
