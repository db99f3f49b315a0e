#include "client/routing_options.hpp"

namespace tollway {

routing::BreakerOptions breaker_options(const settings::RoutingSettings& settings) {
  routing::BreakerOptions options;
  options.failures_in_a_row = settings.breaker.failures_in_a_row;
  options.judged_min = settings.breaker.judged_min;
  options.failure_share = settings.breaker.failure_share;
  options.open_first = settings.breaker.open_first;
  options.open_max = settings.breaker.open_max;
  return options;
}

routing::Breaker::Force breaker_force(settings::BreakerByHand by_hand) {
  switch (by_hand) {
    case settings::BreakerByHand::automatic:
      break;
    case settings::BreakerByHand::open:
      return routing::Breaker::Force::open;
    case settings::BreakerByHand::closed:
      return routing::Breaker::Force::closed;
  }
  return routing::Breaker::Force::none;
}

routing::CourseOptions course_options(const settings::RoutingSettings& settings) {
  return {.attempts_here_max = settings.attempts_here_max,
          .first_delay = settings.first_delay,
          .delay_max = settings.delay_max,
          .hedge_after = settings.hedge_after};
}

}  // namespace tollway
