// All that changes about an endpoint while it is used.
#pragma once

#include <algorithm>
#include <atomic>

#include "routing/breaker.hpp"
#include "routing/health.hpp"
#include "routing/key_standing.hpp"
#include "routing/limiter.hpp"

namespace tollway::routing {

// Shared by all threads, and by the configurations that follow one another: a reload keeps it.
struct Standing {
  Standing() = default;
  explicit Standing(const BreakerOptions& breaker_options, const Limits& limits = {}) noexcept
      : breaker(breaker_options), limiter(limits) {}
  explicit Standing(BreakerOptions&& breaker_options, const Limits& limits = {}) = delete;

  // At most a second old, but for the quota.
  [[nodiscard]] Figures figures(TimePoint now) noexcept {
    Figures made = health.figures(now);
    made.quota = limiter.share_left(now);
    for (const auto& shared : {&of_model, &of_provider}) {
      Limiter* const other = shared->load(std::memory_order_acquire);
      if (other != nullptr) made.quota = std::min(made.quota, other->share_left(now));
    }
    if (key == nullptr) return made;
    made.quota = key->rests(now) ? 0 : std::min(made.quota, key->limiter.share_left(now));
    return made;
  }

  Breaker breaker;
  Limiter limiter;  // by what its provider says
  // What all keys together may ask of its model, and of its provider; null: nothing limits them.
  std::atomic<Limiter*> of_model{nullptr};
  std::atomic<Limiter*> of_provider{nullptr};
  // Of the key that it is asked with; null: none. Set before it is used.
  KeyStanding* key = nullptr;
  Health health;
  // It stands for all models that no list names: that one of them does not exist says nothing.
  bool any_model = false;
};

}  // namespace tollway::routing
