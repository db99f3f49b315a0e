#include "upstream_choice.hpp"

#include "client/provider_upstream.hpp"
#include "providers/demonstration.hpp"

namespace tollway {

Result<providers::OpenAICompatibleProvider> UpstreamChoice::make(const Installation& installation) {
  const SettingsSnapshot& settings = installation.snapshot;
  auto provider = installation.provider({});
  if (!provider) return std::unexpected(provider.error());
  const bool named = settings.is_set("llm.provider");
  if (named || settings.secret((*provider)->info().api_key_setting) != nullptr) {
    return client::upstream_of(**provider, settings);
  }
  if (!demonstration_) {
    auto started = demo::DemonstrationServer::start({});
    if (!started) return std::unexpected(started.error());
    demonstration_ = std::move(*started);
  }
  const auto description = providers::demonstration();
  auto base_url = providers::normalise_base_url(demonstration_->base_url(), *description);
  if (!base_url) return std::unexpected(base_url.error());
  return providers::OpenAICompatibleProvider(description, std::move(*base_url),
                                             demonstration_->secret().clone(),
                                             net::AddressPolicy::private_allowed);
}

}  // namespace tollway
