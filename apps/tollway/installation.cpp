#include "installation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "settings/provider_definitions.hpp"
#include "settings/serve_settings.hpp"

namespace tollway {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view fallback_provider = "openrouter";

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path config_directory() {
  if (const auto config_home = variable("XDG_CONFIG_HOME"))
    return fs::path(*config_home) / "tollway";
  return fs::path(variable("HOME").value_or(".")) / ".config" / "tollway";
}

// The settings of providers that only the user's folder knows.
std::vector<SettingDefinition> definitions_of(const Providers& providers) {
  std::vector<std::string> built_in;
  for (const auto& provider : discover_providers().all) {
    built_in.push_back(provider->info().provider_key);
  }
  std::vector<SettingDefinition> definitions;
  for (const auto& provider : providers.all) {
    const auto& info = provider->info();
    if (std::ranges::find(built_in, info.provider_key) != built_in.end()) continue;
    for (auto& definition : settings::provider_definitions(info.provider_key, info.provider_name)) {
      definitions.push_back(std::move(definition));
    }
  }
  return definitions;
}

}  // namespace

Paths paths_of(const SharedOptions& options) {
  Paths paths;
  paths.data_directory = options.data               ? *options.data
                         : variable("TOLLWAY_DATA") ? *variable("TOLLWAY_DATA")
                                                    : settings::default_data_directory(variable);
  if (const auto named = options.config ? options.config : variable("TOLLWAY_CONFIG")) {
    paths.config_file = *named;
    paths.providers_folder = (fs::path(*named).parent_path() / "providers").string();
    return paths;
  }
  const auto directory = config_directory();
  std::error_code code;
  if (const auto file = directory / "tollway.toml"; fs::exists(file, code)) {
    paths.config_file = file.string();
  }
  paths.providers_folder = (directory / "providers").string();
  return paths;
}

Result<std::shared_ptr<const Provider>> Installation::provider(std::string_view key) const {
  if (!key.empty()) return get_provider_class(key, providers);
  const auto set = snapshot.text("llm.provider").value_or("");
  return get_provider_class(set.empty() ? fallback_provider : std::string_view(set), providers);
}

Result<Installation> open_installation(const SharedOptions& options, terminal::Console& console) {
  Installation installation;
  installation.paths = paths_of(options);
  std::error_code code;
  const bool has_folder = fs::is_directory(installation.paths.providers_folder, code);
  installation.providers =
      discover_providers(has_folder ? std::string_view(installation.paths.providers_folder) : "");
  Settings::Options how;
  how.data_directory = installation.paths.data_directory;
  how.config_file = installation.paths.config_file;
  how.definitions = definitions_of(installation.providers);
  auto opened = Settings::open(std::move(how));
  if (!opened) return std::unexpected(opened.error());
  installation.settings = std::move(*opened);
  installation.snapshot = installation.settings->snapshot();
  for (const auto& warning : installation.snapshot.warnings()) {
    console.note("warning: " + warning, terminal::Style::warning);
  }
  return installation;
}

std::string lower_key(std::string_view provider_key) {
  std::string key(provider_key);
  std::ranges::transform(key, key.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key;
}

}  // namespace tollway
