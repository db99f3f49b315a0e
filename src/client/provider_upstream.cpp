#include "client/provider_upstream.hpp"

#include <fmt/format.h>

#include "client/provider_access.hpp"

namespace tollway::client {
namespace {

// `key` may be null: none.
Result<providers::OpenAICompatibleProvider> make(const Provider& provider, const Secret* key,
                                                 const SettingsSnapshot& settings) {
  using KeyUse = providers::Description::KeyUse;
  const ProviderFacts* const facts = ProviderMaker::facts_of(provider);
  if (facts == nullptr) {
    return client_error(Errc::not_configured,
                        fmt::format("{} is a program's own provider, which no gateway can call",
                                    provider.info().provider_name));
  }
  auto access =
      access_with(*facts, key, settings, facts->description->api_key.use == KeyUse::required);
  if (!access) return std::unexpected(std::move(access.error()));
  auto description = std::make_shared<providers::Description>(*facts->description);
  if (auto model = settings.text("llm.model"); model && !model->empty()) {
    description->default_model = std::move(*model);
  }
  if (const std::string deployment = deployment_of(*facts, settings); !deployment.empty()) {
    description->chat_path = providers::path_for_model(description->chat_path, deployment);
  }
  return providers::OpenAICompatibleProvider(std::move(description), std::move(access->base_url),
                                             std::move(access->key), access->addresses);
}

}  // namespace

Result<providers::OpenAICompatibleProvider> upstream_of(const Provider& provider,
                                                        const SettingsSnapshot& settings) {
  const std::string& setting = provider.info().api_key_setting;
  return make(provider, setting.empty() ? nullptr : settings.secret(setting), settings);
}

Result<providers::OpenAICompatibleProvider> upstream_with_key(const Provider& provider,
                                                              const Secret& key,
                                                              const SettingsSnapshot& settings) {
  return make(provider, &key, settings);
}

}  // namespace tollway::client
