#include "tollway/provider.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "client/provider_facts.hpp"
#include "client/provider_llm.hpp"
#include "client/provider_models.hpp"
#include "providers/descriptor.hpp"

namespace tollway {
namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return lowered;
}

// A program's own provider: what OpenAI's paths and a bearer key make of its facts.
std::shared_ptr<const OpenAICompatibleProvider::Facts> facts_of(ProviderInfo info) {
  using KeyUse = providers::Description::KeyUse;
  auto description = std::make_shared<providers::Description>();
  description->key = lower(info.provider_key);
  description->name = info.provider_name;
  description->local = !info.is_cloud;
  description->default_base_url = info.default_base_url;
  description->default_model = info.default_model;
  description->api_key.use = info.api_key_setting.empty() ? KeyUse::none : KeyUse::required;
  description->models.needs_key = description->api_key.use == KeyUse::required;
  description->operators_own = true;
  auto facts = std::make_shared<OpenAICompatibleProvider::Facts>();
  facts->info = std::move(info);
  facts->description = std::move(description);
  return facts;
}

Result<> cannot_be_checked(const ProviderInfo& info) {
  return client_error(Errc::not_found,
                      fmt::format("{} lists its models without a key, so nothing can be learnt "
                                  "about this one before it is used",
                                  info.provider_name));
}

}  // namespace

Provider::~Provider() = default;

Result<> Provider::check_key(const Secret& key, const SettingsSnapshot& settings) const {
  if (!requires_auth_for_models()) return cannot_be_checked(info());
  const auto models =
      list_models_for_api(&key, settings.text(info().base_url_setting).value_or(""));
  if (models) return {};
  return std::unexpected(models.error());
}

OpenAICompatibleProvider::OpenAICompatibleProvider(ProviderInfo info)
    : facts_(facts_of(std::move(info))) {}

OpenAICompatibleProvider::OpenAICompatibleProvider(std::shared_ptr<const Facts> facts)
    : facts_(std::move(facts)) {}

OpenAICompatibleProvider::~OpenAICompatibleProvider() = default;

const ProviderInfo& OpenAICompatibleProvider::info() const noexcept {
  return facts_->info;
}

Result<ChatModel> OpenAICompatibleProvider::create_llm(std::string_view model_name,
                                                       std::optional<double> temperature,
                                                       const LlmOptions& options) const {
  return client::create_llm(*facts_, model_name, temperature, options);
}

Availability OpenAICompatibleProvider::is_available(const SettingsSnapshot& settings) const {
  const bool key_needed =
      facts_->description->api_key.use == providers::Description::KeyUse::required;
  const auto access = client::access_of(*facts_, settings, key_needed);
  if (!access) return client::unavailable(access.error().message);
  if (!facts_->info.is_cloud) return client::probe(*facts_, *access);
  Availability available;
  available.available = true;
  return available;
}

bool OpenAICompatibleProvider::requires_auth_for_models() const noexcept {
  return facts_->description->models.needs_key;
}

Result<std::vector<ModelInfo>> OpenAICompatibleProvider::list_models_for_api(
    const Secret* api_key, std::string_view base_url) const {
  auto url = providers::normalise_base_url(base_url, *facts_->description);
  if (!url) return std::unexpected(std::move(url.error()));
  const auto known = http::parse_url(facts_->info.default_base_url);
  const bool vendors_own = known && known->origin == url->url.origin;
  auto key = client::usable_key(
      *facts_, api_key, {.needed = requires_auth_for_models(), .vendors_own_url = vendors_own});
  if (!key) return std::unexpected(std::move(key.error()));
  const bool private_allowed = !base_url.empty() || !facts_->info.is_cloud;
  return client::fetch_models(*facts_,
                              {.base_url = std::move(*url),
                               .addresses = private_allowed ? net::AddressPolicy::private_allowed
                                                            : net::AddressPolicy::public_only,
                               .key = std::move(*key)});
}

Result<std::vector<ModelInfo>> OpenAICompatibleProvider::list_models(
    const SettingsSnapshot& settings) const {
  auto access = client::access_of(*facts_, settings, requires_auth_for_models());
  if (!access) return std::unexpected(std::move(access.error()));
  return client::fetch_models(*facts_, *access);
}

Result<> OpenAICompatibleProvider::check_key(const Secret& key,
                                             const SettingsSnapshot& settings) const {
  if (facts_->description->api_key.check_path.empty() && !requires_auth_for_models()) {
    return cannot_be_checked(facts_->info);
  }
  const auto access = client::access_with(*facts_, &key, settings, true);
  if (!access) return std::unexpected(access.error());
  return client::check_key(*facts_, *access);
}

OpenRouterProvider::OpenRouterProvider()
    : OpenAICompatibleProvider(
          ProviderMaker::facts(providers::find(providers::built_in(), "openrouter"))) {}

}  // namespace tollway
