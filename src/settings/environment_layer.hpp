// What the environment sets.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settings/snapshot_state.hpp"

namespace tollway::settings {

// "TOLLWAY_LLM_OPENROUTER_API_KEY" for "llm.openrouter.api_key".
[[nodiscard]] std::string variable_of(std::string_view key);
// All variables that set it, in their order.
[[nodiscard]] std::vector<std::string> variables_of(const SettingDefinition& definition);

using Environment = std::function<std::optional<std::string>(const char* name)>;
[[nodiscard]] Environment process_environment();

// An empty variable is one that is not set. One of ours that its definition refuses is an error;
// a vendor's, which other programs read too, a warning, and the next one is looked at.
[[nodiscard]] Result<Layer> environment_layer(const Definitions& definitions,
                                              const Environment& environment);

}  // namespace tollway::settings
