// OpenRouter, a meta-provider (https://openrouter.ai/docs/api-reference/overview).
#include <array>

#include "providers/description.hpp"

namespace tollway::providers {
namespace {

constexpr std::array<std::string_view, 17> forwarded{
    "accept",
    "user-agent",
    "http-referer",
    "x-title",
    "x-openrouter-title",
    "x-openrouter-categories",
    "x-openrouter-metadata",
    "x-openrouter-experimental-metadata",
    "x-openrouter-cache",
    "x-openrouter-cache-ttl",
    "x-openrouter-cache-clear",
    "x-session-id",
    "x-anthropic-beta",
    "anthropic-beta",
    "anthropic-version",
    "openai-beta",
    "x-provider-api-keys",
};

}  // namespace

extern const Description openrouter{
    .key = "openrouter",
    .name = "OpenRouter",
    .default_base_url = "https://openrouter.ai/api/v1",
    .default_model = "meta-llama/llama-3.2-3b-instruct:free",
    .api_key_variable = "OPENROUTER_API_KEY",
    .base_url_variable = "TOLLWAY_LLM_OPENROUTER_URL",
    .forwarded_headers = forwarded,
};

}  // namespace tollway::providers
