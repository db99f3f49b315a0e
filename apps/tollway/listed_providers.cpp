#include "listed_providers.hpp"

#include "client/provider_upstream.hpp"

namespace tollway {

bool is_configured(const ProviderInfo& info, const SettingsSnapshot& settings) {
  if (!info.api_key_setting.empty() && settings.secret(info.api_key_setting) != nullptr) {
    return true;
  }
  return settings.is_set(info.base_url_setting);
}

std::vector<std::unique_ptr<const providers::OpenAICompatibleProvider>> listed_providers(
    const Installation& installation, std::string_view besides) {
  std::vector<std::unique_ptr<const providers::OpenAICompatibleProvider>> listed;
  for (const auto& provider : installation.providers.all) {
    if (!is_configured(provider->info(), installation.snapshot)) continue;
    auto made = client::upstream_of(*provider, installation.snapshot);
    if (!made || made->key() == besides || !made->description()->models.names.empty()) continue;
    listed.push_back(std::make_unique<const providers::OpenAICompatibleProvider>(std::move(*made)));
  }
  return listed;
}

}  // namespace tollway
