// A provider's create_llm(): settings and arguments become a model.
#pragma once

#include <optional>
#include <string_view>

#include "client/provider_access.hpp"
#include "tollway/chat_model.hpp"
#include "tollway/provider.hpp"

namespace tollway::client {

// As Provider::create_llm().
[[nodiscard]] Result<ChatModel> create_llm(const ProviderFacts& facts, std::string_view model_name,
                                           std::optional<double> temperature,
                                           const LlmOptions& options);

// `max_tokens`, or 80 % of the context window where that is less. Nullopt stays so.
[[nodiscard]] std::optional<std::int64_t> capped_max_tokens(
    std::optional<std::int64_t> max_tokens, std::optional<std::int64_t> context_window);

}  // namespace tollway::client
