// All that changes about an endpoint while it is used.
#pragma once

#include "routing/breaker.hpp"
#include "routing/health.hpp"
#include "routing/key_standing.hpp"
#include "routing/limiter.hpp"

namespace tollway::routing {

// Shared by all threads, and by the configurations that follow one another: a reload keeps it.
struct Standing {
  explicit Standing(const BreakerOptions& breaker_options = {}, const Limits& limits = {}) noexcept
      : breaker(breaker_options), limiter(limits) {}
  Health health;
  Breaker breaker;
  Limiter limiter;
  KeyStanding* key =
      nullptr;  // of the key that it is asked with; null: none. Set before it is used
  // It stands for all models that no list names: that one of them does not exist says nothing.
  bool any_model = false;
};

}  // namespace tollway::routing
