#include "tollway/openrouter.hpp"

namespace tollway {

Result<ChatModel> create_openrouter_llm(std::string_view model_name,
                                        std::optional<double> temperature,
                                        const LlmOptions& options) {
  return OpenRouterProvider().create_llm(model_name, temperature, options);
}

bool is_openrouter_available(const SettingsSnapshot& settings) {
  return OpenRouterProvider().is_available(settings).available;
}

Result<> register_openrouter_provider(LlmRegistry& registry) {
  return registry.register_llm("openrouter", create_openrouter_llm);
}

}  // namespace tollway
