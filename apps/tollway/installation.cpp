#include "installation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "base/nearest.hpp"

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

fs::path usual_data_directory() {
  if (const auto data_home = variable("XDG_DATA_HOME")) return fs::path(*data_home) / "tollway";
  return fs::path(variable("HOME").value_or(".")) / ".local" / "share" / "tollway";
}

}  // namespace

Paths paths_of(const SharedOptions& options) {
  Paths paths;
  paths.data_directory = options.data               ? *options.data
                         : variable("TOLLWAY_DATA") ? *variable("TOLLWAY_DATA")
                                                    : usual_data_directory().string();
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
  const std::string set = snapshot.text("llm.provider").value_or("");
  const std::string_view wanted = !key.empty()   ? key
                                  : !set.empty() ? std::string_view(set)
                                                 : fallback_provider;
  auto found = get_provider_class(wanted, providers);
  if (found || found.error().code != Errc::not_found) return found;
  // As keys are written here: in lower case.
  std::vector<std::string> names;
  for (const auto& provider : providers.all)
    names.push_back(lower_key(provider->info().provider_key));
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  std::string message =
      fmt::format("no provider is called {}.{}", wanted, did_you_mean(wanted, candidates));
  // It may be one of the user's own that could not be read.
  for (const auto& problem : providers.problems) {
    message += fmt::format(" Broken descriptor: {}", problem.message);
  }
  return client_error(Errc::not_found, std::move(message));
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
  how.definitions = provider_setting_definitions(installation.providers);
  how.check_url = [providers = installation.providers](std::string_view key, std::string_view url,
                                                       bool allow_private) {
    return check_provider_url(key, url, allow_private, providers);
  };
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
