#include "gateway/attempt.hpp"

namespace tollway::gateway {

void Attempt::begin(const providers::OpenAICompatibleProvider& whom, std::string_view asked_for,
                    std::string_view spelled_there) {
  const bool is_first = provider == nullptr;
  provider = &whom;
  model = asked_for;
  model_there = spelled_there;
  began = net::Clock::now();
  if (is_first) return;
  times = {};
  progress = {};
  tool_calls.reset();
  whole_answer.reset();
  recording = {};
  refusal.reset();
  streamed = committed = false;
  upstream_status = 0;
  failure.reset();
  first_byte_at.reset();
  first_token_at.reset();
}

}  // namespace tollway::gateway
