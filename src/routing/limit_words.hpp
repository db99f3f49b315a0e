// What an answer says about its provider's limits.
#pragma once

#include <cstdint>
#include <optional>

#include "routing/clock.hpp"

namespace tollway::routing {

struct LimitWord {
  std::int64_t a_minute = 0;   // that it allows; 0: it does not say
  std::int64_t remaining = 0;  // of it
  Duration reset_in{};         // until there is more; positive
};

struct LimitWords {
  std::optional<LimitWord> requests;
  std::optional<LimitWord> tokens;
};

}  // namespace tollway::routing
