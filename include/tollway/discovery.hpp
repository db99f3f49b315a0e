// Which providers there are.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/error.hpp"
#include "tollway/export.hpp"
#include "tollway/provider.hpp"
#include "tollway/registry.hpp"
#include "tollway/settings.hpp"

namespace tollway {

struct ProviderOption {
  std::string value;  // the key: "OPENROUTER"
  std::string label;  // "OpenRouter (Cloud)", "Ollama (Local)"
};

// A descriptor that could not be used, and why: "path:line:column: what was expected".
struct DescriptorProblem {
  std::string path;
  std::string message;
};

// All providers of one moment, in the order of their keys. Immutable, thread-safe.
struct Providers {
  std::vector<std::shared_ptr<const Provider>> all;
  std::vector<DescriptorProblem> problems;
};

// The built-in ones and those whose descriptors (*.toml) lie in `folder`; empty: only the built-in.
// A descriptor replaces a built-in provider of the same key. A broken one disables itself alone.
[[nodiscard]] TOLLWAY_API Providers discover_providers(std::string_view folder = {});

// For choices in a user interface.
[[nodiscard]] TOLLWAY_API std::vector<ProviderOption> get_provider_options(
    const Providers& providers = discover_providers());
// Those that are available under the settings. Probes local servers side by side, two seconds at
// most in all.
[[nodiscard]] TOLLWAY_API std::vector<ProviderOption> get_available_provider_options(
    const SettingsSnapshot& settings, const Providers& providers = discover_providers());
// By key, without regard to case. Errc::not_found names the nearest.
[[nodiscard]] TOLLWAY_API Result<std::shared_ptr<const Provider>> get_provider_class(
    std::string_view key, const Providers& providers = discover_providers());

// Puts every provider's create_llm() into the registry under its key.
[[nodiscard]] TOLLWAY_API Result<> register_providers(LlmRegistry& registry,
                                                      const Providers& providers);

}  // namespace tollway
