// What an answer says of the speed of its endpoint.
#pragma once

#include <cstdint>
#include <optional>

#include "routing/health.hpp"

namespace tollway::routing {

struct AnswerTimes {
  TimePoint began;
  std::optional<TimePoint> first_byte;
  std::optional<TimePoint> first_token;  // of a stream
  TimePoint ended;
};

// A success, with the times to its first byte and its first token and its speed: in a stream from
// the first token to the end, else over the whole. Below a few tokens a speed says nothing and is
// left out.
[[nodiscard]] Attempt answered(const AnswerTimes& times, std::int64_t tokens);

}  // namespace tollway::routing
