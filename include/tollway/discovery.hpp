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

// llm.<key>.api_key and llm.<key>.url of the providers that no built-in setting is defined for:
// pass them to Settings::Options::definitions, so that a descriptor of the user's own can be
// configured.
[[nodiscard]] TOLLWAY_API std::vector<SettingDefinition> provider_setting_definitions(
    const Providers& providers);

// Judges a base URL before it is written to the setting `key`: for Settings::Options::check_url.
// Errc::bad_request for what is no base URL; address_refused for metadata and link-local addresses,
// and, unless `allow_private` or the setting is a local provider's, for private and loopback ones.
// Names are judged by their addresses when they are dialled; here only those whose address is known
// without asking. Thread-safe, sends nothing.
[[nodiscard]] TOLLWAY_API Result<> check_provider_url(std::string_view key, std::string_view url,
                                                      bool allow_private,
                                                      const Providers& providers);

// Puts every provider's create_llm() into the registry under its key.
[[nodiscard]] TOLLWAY_API Result<> register_providers(LlmRegistry& registry,
                                                      const Providers& providers);

}  // namespace tollway
