#include "routing/answer_speed.hpp"

#include <chrono>

namespace tollway::routing {

Attempt answered(const AnswerTimes& times, std::int64_t tokens) {
  using Seconds = std::chrono::duration<float>;
  constexpr std::int64_t tokens_min = 8;
  Attempt attempt{.outcome = Outcome::success};
  if (times.first_byte) attempt.first_byte_s = Seconds(*times.first_byte - times.began).count();
  if (times.first_token) attempt.first_token_s = Seconds(*times.first_token - times.began).count();
  const auto took = Seconds(times.ended - times.first_token.value_or(times.began)).count();
  if (tokens >= tokens_min && took > 0) attempt.tokens_a_second = static_cast<float>(tokens) / took;
  return attempt;
}

}  // namespace tollway::routing
