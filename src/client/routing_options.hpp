// The settings of routing, as routing takes them.
#pragma once

#include "dispatch/standings.hpp"
#include "routing/breaker.hpp"
#include "routing/course.hpp"
#include "settings/routing_settings.hpp"

namespace tollway {

[[nodiscard]] routing::BreakerOptions breaker_options(const settings::RoutingSettings& settings);
[[nodiscard]] routing::Breaker::Force breaker_force(settings::BreakerByHand by_hand);
[[nodiscard]] routing::CourseOptions course_options(const settings::RoutingSettings& settings);
[[nodiscard]] routing::Limits limits_of(const settings::ProviderLimits& limits);
// Errc::bad_request where llm.<provider>.shared_limits is not what it should be.
[[nodiscard]] Result<dispatch::Standings::SharedLimits> shared_limits_of(
    const SettingsSnapshot& snapshot, std::string_view provider);

}  // namespace tollway
