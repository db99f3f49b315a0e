#include "upstreams.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "client/provider_upstream.hpp"
#include "client/routing_options.hpp"
#include "listed_providers.hpp"
#include "settings/routing_settings.hpp"

namespace tollway {
namespace {

using dispatch::Upstream;
using ProviderPointer = std::shared_ptr<const providers::OpenAICompatibleProvider>;

class Maker {
 public:
  Maker(const Installation& installation, dispatch::Standings& standings)
      : settings_(installation.snapshot), standings_(standings) {}

  // `made` has the provider's heaviest key, if any.
  void add(const ProviderPointer& made, const Provider* provider) {
    standings_.force(made->key(), force_of(made->key(), provider));
    share_limits(made->key());
    const auto keys = settings_.api_keys(made->key());
    add(made, keys.empty() ? nullptr : keys.front().info);
    for (std::size_t i = 1; provider != nullptr && i < keys.size(); ++i) {
      auto other = client::upstream_with_key(*provider, *keys[i].key, settings_);
      if (!other) {
        log::warning("the key {} of {} is not used: {}", keys[i].info->label, made->key(),
                     other.error().message);
        continue;
      }
      add(std::make_shared<const providers::OpenAICompatibleProvider>(std::move(*other)),
          keys[i].info);
    }
  }

  dispatch::UpstreamsPointer take() {
    return std::make_shared<const dispatch::Upstreams>(std::move(upstreams_));
  }

 private:
  // The demonstration, which is in no list, fails where it is asked to.
  [[nodiscard]] routing::Breaker::Force force_of(std::string_view key,
                                                 const Provider* provider) const {
    if (provider == nullptr) return routing::Breaker::Force::closed;
    return breaker_force(settings::breaker_by_hand_from(settings_, key));
  }

  void share_limits(std::string_view provider) {
    if (const auto limits = shared_limits_of(settings_, provider)) {
      standings_.share(provider, *limits);
    } else {
      log::warning("the limits that keys share stay as they are: {}", limits.error().message);
    }
  }

  void add(ProviderPointer provider, const ApiKeyInfo* info) {
    Upstream upstream;
    if (info != nullptr) {
      upstream.key_name = info->label;
      // A key that retires soon is for those who find the new one refused.
      upstream.weight = info->retires_at ? 0 : info->weight;
    }
    const auto routing = settings::provider_routing_from(settings_, provider->key());
    upstream.routing_weight = routing.weight;
    upstream.policy = {.collects = routing.collects,
                       .zero_retention = routing.zero_retention,
                       .distillable = routing.distillable,
                       .quantization = routing::quantization_named(routing.quantization)
                                           .value_or(routing::Quantization::unknown)};
    upstream.key =
        &standings_.key(provider->key(), upstream.key_name,
                        limits_of(settings::provider_limits_from(settings_, provider->key())));
    upstream.provider = std::move(provider);
    upstreams_.all.push_back(std::move(upstream));
  }

  const SettingsSnapshot& settings_;
  dispatch::Standings& standings_;
  dispatch::Upstreams upstreams_;
};

const Provider* provider_called(const Installation& installation, std::string_view key) {
  for (const auto& provider : installation.providers.all) {
    if (lower_key(provider->info().provider_key) == key) return provider.get();
  }
  return nullptr;
}

}  // namespace

dispatch::UpstreamsPointer make_upstreams(const Installation& installation,
                                          const ProviderPointer& first,
                                          dispatch::Standings& standings) {
  Maker maker(installation, standings);
  const std::string first_key(first->key());
  maker.add(first, provider_called(installation, first_key));
  for (const auto& provider : installation.providers.all) {
    if (!is_configured(provider->info(), installation.snapshot)) continue;
    auto made = client::upstream_of(*provider, installation.snapshot);
    if (!made) {
      log::warning("{} is not used: {}", provider->info().provider_name, made.error().message);
      continue;
    }
    if (made->key() == first_key) continue;
    maker.add(std::make_shared<const providers::OpenAICompatibleProvider>(std::move(*made)),
              provider.get());
  }
  return maker.take();
}

Result<> check_limits(const Installation& installation) {
  for (const auto& provider : installation.providers.all) {
    const auto limits =
        shared_limits_of(installation.snapshot, lower_key(provider->info().provider_key));
    if (!limits) return std::unexpected(limits.error());
  }
  return {};
}

std::vector<const catalog::Source*> sources_of(const dispatch::Upstreams& upstreams) {
  std::vector<const catalog::Source*> all;
  for (const Upstream& upstream : upstreams.all) {
    const auto* const provider = upstream.provider.get();
    const bool asked = std::ranges::any_of(
        all, [&](const auto* source) { return source->key() == provider->key(); });
    const bool lists = all.empty() || provider->description()->models.names.empty();
    if (!asked && lists) all.push_back(provider);
  }
  return all;
}

}  // namespace tollway
