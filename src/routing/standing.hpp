// All that changes about an endpoint while it is used.
#pragma once

#include "routing/breaker.hpp"
#include "routing/health.hpp"
#include "routing/limiter.hpp"

namespace tollway::routing {

// Shared by all threads, and by the configurations that follow one another: a reload keeps it.
struct Standing {
  explicit Standing(const BreakerOptions& breaker_options = {}, const Limits& limits = {}) noexcept
      : breaker(breaker_options), limiter(limits) {}
  Health health;
  Breaker breaker;
  Limiter limiter;
};

}  // namespace tollway::routing
