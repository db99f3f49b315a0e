// The settings of routing, as routing takes them.
#pragma once

#include "routing/breaker.hpp"
#include "routing/course.hpp"
#include "settings/routing_settings.hpp"

namespace tollway {

[[nodiscard]] routing::BreakerOptions breaker_options(const settings::RoutingSettings& settings);
[[nodiscard]] routing::Breaker::Force breaker_force(settings::BreakerByHand by_hand);
[[nodiscard]] routing::CourseOptions course_options(const settings::RoutingSettings& settings);

}  // namespace tollway
