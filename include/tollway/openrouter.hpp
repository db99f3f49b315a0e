// OpenRouter in one call each.
#pragma once

#include <optional>
#include <string_view>

#include "tollway/chat_model.hpp"
#include "tollway/export.hpp"
#include "tollway/provider.hpp"
#include "tollway/registry.hpp"

namespace tollway {

// OpenRouterProvider().create_llm(): by default the free meta-llama/llama-3.2-3b-instruct:free.
[[nodiscard]] TOLLWAY_API Result<ChatModel> create_openrouter_llm(
    std::string_view model_name = {}, std::optional<double> temperature = {},
    const LlmOptions& options = {});

// Whether llm.openrouter.api_key is set. Nothing is sent.
[[nodiscard]] TOLLWAY_API bool is_openrouter_available(const SettingsSnapshot& settings);

// Puts create_openrouter_llm into the registry as "openrouter".
[[nodiscard]] TOLLWAY_API Result<> register_openrouter_provider(LlmRegistry& registry);

}  // namespace tollway
