// All that changes about an endpoint while it is used.
#pragma once

#include <algorithm>

#include "routing/breaker.hpp"
#include "routing/health.hpp"
#include "routing/key_standing.hpp"
#include "routing/limiter.hpp"

namespace tollway::routing {

// Shared by all threads, and by the configurations that follow one another: a reload keeps it.
struct Standing {
  explicit Standing(const BreakerOptions& breaker_options = {}, const Limits& limits = {}) noexcept
      : breaker(breaker_options), limiter(limits) {}

  // At most a second old, but for the quota.
  [[nodiscard]] Figures figures(TimePoint now) noexcept {
    Figures made = health.figures(now);
    made.quota = limiter.share_left(now);
    if (key == nullptr) return made;
    made.quota = key->rests(now) ? 0 : std::min(made.quota, key->limiter.share_left(now));
    return made;
  }

  // Ahead of figures(), where there are hundreds: what it reads is on its way meanwhile.
  void prefetch() const noexcept {
    __builtin_prefetch(&limiter);
    health.prefetch();
    __builtin_prefetch(key);
  }

  // What decisions read of the three lies side by side, in front of what is long.
  Breaker breaker;
  Limiter limiter;
  Health health;
  KeyStanding* key =
      nullptr;  // of the key that it is asked with; null: none. Set before it is used
  // It stands for all models that no list names: that one of them does not exist says nothing.
  bool any_model = false;
};

}  // namespace tollway::routing
