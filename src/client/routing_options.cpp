#include "client/routing_options.hpp"

namespace tollway {

routing::BreakerOptions breaker_options(const settings::RoutingSettings& settings) {
  routing::BreakerOptions options;
  options.failures_in_a_row = settings.breaker.failures_in_a_row;
  options.judged_min = settings.breaker.judged_min;
  options.failure_share = settings.breaker.failure_share;
  options.open_first = settings.breaker.open_first;
  options.open_max = settings.breaker.open_max;
  options.early_probe_every = settings.breaker.early_probe_every;
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
          .hedge_after = settings.hedge_after,
          .retry_after_max = settings.retry_after_max,
          .queue_wait_max = settings.queue_wait_max,
          .key_rest = {.first = settings.key_rest_first, .max = settings.key_rest_max},
          .early_attempt_every = settings.breaker.early_probe_every};
}

routing::Limits limits_of(const settings::ProviderLimits& limits) {
  return {.requests_a_minute = limits.requests_a_minute,
          .tokens_a_minute = limits.tokens_a_minute,
          .concurrent = limits.concurrent};
}

Result<dispatch::Standings::SharedLimits> shared_limits_of(const SettingsSnapshot& snapshot,
                                                           std::string_view provider) {
  const auto read = settings::shared_limits_from(snapshot, provider);
  if (!read) return std::unexpected(read.error());
  dispatch::Standings::SharedLimits shared{.provider = limits_of(read->provider), .models = {}};
  for (const auto& [model, limits] : read->models) shared.models[model] = limits_of(limits);
  return shared;
}

}  // namespace tollway
