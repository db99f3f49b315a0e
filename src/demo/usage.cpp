#include "demo/usage.hpp"

#include "demo/json_text.hpp"

namespace tollway::demo {

std::string usage_of(const Reply& reply) {
  const std::string cost = dollars(reply.prompt_cost() + reply.completion_cost());
  return object(
      {{"prompt_tokens", std::to_string(reply.prompt_tokens)},
       {"completion_tokens", std::to_string(reply.completion_tokens)},
       {"total_tokens", std::to_string(reply.prompt_tokens + reply.completion_tokens)},
       {"cost", cost},
       {"is_byok", "false"},
       {"prompt_tokens_details", object({{"cached_tokens", "0"}})},
       {"cost_details",
        object({{"upstream_inference_cost", cost},
                {"upstream_inference_prompt_cost", dollars(reply.prompt_cost())},
                {"upstream_inference_completions_cost", dollars(reply.completion_cost())}})},
       {"completion_tokens_details", object({{"reasoning_tokens", "0"}})}});
}

std::string_view finish_reason_of(const Reply& reply) noexcept {
  switch (reply.finish) {
    case Reply::Finish::length:
      return "length";
    case Reply::Finish::tool_call:
      return "tool_calls";
    case Reply::Finish::stop:
      break;
  }
  return "stop";
}

}  // namespace tollway::demo
