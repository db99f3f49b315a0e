#include "gateway/request.hpp"

namespace tollway::gateway {

void Request::begin_attempt(const providers::OpenAICompatibleProvider& whom,
                            std::string_view asked_for, std::string_view spelled_there) {
  ++attempts;
  provider = &whom;
  model = asked_for;
  model_there = spelled_there;
  attempt_began = net::Clock::now();
  times = {};
  progress = {};
  whole_answer.reset();
  recording = {};
  refusal.reset();
  upstream_status = 0;
  failure.reset();
  first_byte_at.reset();
  first_token_at.reset();
}

}  // namespace tollway::gateway
