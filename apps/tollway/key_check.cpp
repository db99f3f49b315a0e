#include "key_check.hpp"

#include <fmt/format.h>

#include <string>

#include "base/error.hpp"
#include "probe.hpp"

namespace tollway {
namespace {

// Lists models with the key where the settings say the provider is.
Result<std::vector<ModelInfo>> list_with(const Provider& provider, const Secret& key,
                                         const SettingsSnapshot& settings,
                                         const Providers& providers) {
  const auto& info = provider.info();
  const std::string url = settings.text(info.base_url_setting).value_or("");
  if (!url.empty()) {
    const bool allow_private = settings.allows_private_address(info.base_url_setting);
    const auto checked = check_provider_url(info.base_url_setting, url, allow_private, providers);
    if (!checked) return std::unexpected(checked.error());
  }
  return provider.list_models_for_api(&key, url);
}

Result<> ask_openrouter(const Provider& provider, const Secret& key,
                        const SettingsSnapshot& settings) {
  auto answer = probe(provider.info(), settings, {.path = "/key", .key = &key});
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return {};
  if (answer->status == 401 || answer->status == 403) {
    return client_error(Errc::unauthenticated,
                        fmt::format("{} refuses this key (status {})",
                                    provider.info().provider_name, answer->status));
  }
  return upstream_error(Errc::upstream_error,
                        fmt::format("{} cannot tell whether it accepts this key (status {})",
                                    provider.info().provider_name, answer->status));
}

}  // namespace

Result<> check_key(const Provider& provider, const Secret& key, const SettingsSnapshot& settings,
                   const Providers& providers) {
  // Lists its models for everybody, but has a route that says whose key it is.
  if (provider.info().provider_key == "OPENROUTER") return ask_openrouter(provider, key, settings);
  if (!provider.requires_auth_for_models()) {
    return client_error(Errc::not_found,
                        fmt::format("{} lists its models without a key, so nothing can be learnt "
                                    "about this one before it is used",
                                    provider.info().provider_name));
  }
  const auto models = list_with(provider, key, settings, providers);
  if (models) return {};
  return std::unexpected(models.error());
}

}  // namespace tollway
