#include "client/provider_access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "providers/api_key.hpp"
#include "providers/descriptor.hpp"

namespace tollway::client {
namespace {

using KeyUse = providers::Description::KeyUse;

// A setting that stands for a parameter of the query: "llm.azure.api_version".
std::string parameter_setting(const providers::Description& description, std::string_view name) {
  std::string setting = fmt::format("llm.{}.{}", description.key, name);
  std::ranges::replace(setting, '-', '_');
  return setting;
}

bool is_vendors_own(const ProviderFacts& facts, const providers::BaseUrl& base_url) {
  const auto known = http::parse_url(facts.info.default_base_url);
  return known && known->origin == base_url.url.origin;
}

}  // namespace

net::AddressPolicy address_policy(const ProviderFacts& facts, const SettingsSnapshot& settings) {
  const std::string& setting = facts.info.base_url_setting;
  const bool allowed = settings.is_set(setting)
                           ? settings.allows_private_address(setting) || !facts.info.is_cloud
                           : facts.description->operators_own || !facts.info.is_cloud;
  return allowed ? net::AddressPolicy::private_allowed : net::AddressPolicy::public_only;
}

Result<providers::BaseUrl> base_url_of(const ProviderFacts& facts,
                                       const SettingsSnapshot& settings) {
  providers::Description description = *facts.description;
  for (providers::NameValue& parameter : description.query) {
    const std::string name = parameter_setting(description, parameter.name);
    const auto value = settings.text(name);
    if (!value || value->empty()) continue;
    if (!providers::is_query_value(*value)) {
      return client_error(
          Errc::bad_request,
          fmt::format("{}: expected letters, digits, \"-\", \".\" and \"_\"", name));
    }
    parameter.value = *value;
  }
  const std::string& setting = facts.info.base_url_setting;
  auto base_url = providers::normalise_base_url(settings.text(setting).value_or(""), description);
  if (base_url) return base_url;
  Error error = std::move(base_url.error());
  if (settings.is_set(setting)) {
    error.message =
        fmt::format("{} (from {}): {}", setting, settings.source(setting), error.message);
  }
  return std::unexpected(std::move(error));
}

std::string deployment_of(const ProviderFacts& facts, const SettingsSnapshot& settings) {
  return settings.text(fmt::format("llm.{}.deployment", facts.description->key)).value_or("");
}

std::string how_to_set_key(const ProviderFacts& facts) {
  const auto& variables = facts.description->api_key.variables;
  const std::string& setting = facts.info.api_key_setting;
  return fmt::format("set {} or the environment variable {}", setting,
                     variables.empty() ? providers::variable_of(setting) : variables.front());
}

Result<Secret> usable_key(const ProviderFacts& facts, const Secret* given, KeyCheck check) {
  auto [key, was_trimmed] =
      given == nullptr ? providers::TrimmedKey() : providers::trim_key(*given);
  if (key.empty()) {
    if (!check.needed) return Secret();
    return client_error(
        Errc::not_configured,
        fmt::format("{} needs an API key: {}", facts.info.provider_name, how_to_set_key(facts)));
  }
  if (was_trimmed) {
    log::warning("{}: white space or quotes around the API key were dropped; {} without them",
                 facts.info.provider_name, how_to_set_key(facts));
  }
  if (!providers::is_usable_key(key.reveal())) {
    return client_error(Errc::not_configured,
                        fmt::format("the API key of {} holds characters that no key has, such as "
                                    "spaces or line ends: {} again",
                                    facts.info.provider_name, how_to_set_key(facts)));
  }
  const auto other =
      providers::other_vendor(key.reveal(), *facts.description, providers::built_in());
  if (other.empty()) return std::move(key);
  const auto message =
      fmt::format("the API key of {} looks like one of {}", facts.info.provider_name, other);
  if (check.vendors_own_url) {
    return client_error(Errc::not_configured,
                        fmt::format("{}, so it is not sent: {} to a key of {}", message,
                                    how_to_set_key(facts), facts.info.provider_name));
  }
  log::warning("{}", message);
  return std::move(key);
}

Result<ProviderAccess> access_of(const ProviderFacts& facts, const SettingsSnapshot& settings,
                                 bool key_needed) {
  const Secret* key =
      facts.info.api_key_setting.empty() ? nullptr : settings.secret(facts.info.api_key_setting);
  return access_with(facts, key, settings, key_needed);
}

Result<ProviderAccess> access_with(const ProviderFacts& facts, const Secret* given,
                                   const SettingsSnapshot& settings, bool key_needed) {
  auto base_url = base_url_of(facts, settings);
  if (!base_url) return std::unexpected(std::move(base_url.error()));
  auto key = usable_key(
      facts, given, {.needed = key_needed, .vendors_own_url = is_vendors_own(facts, *base_url)});
  if (!key) return std::unexpected(std::move(key.error()));
  return ProviderAccess{.base_url = std::move(*base_url),
                        .addresses = address_policy(facts, settings),
                        .key = std::move(*key)};
}

Authentication authentication_of(const providers::Description& description, const Secret& key,
                                 bool for_models) {
  std::string header = description.api_key.header;
  if (for_models && !description.models.key_header.empty()) header = description.models.key_header;
  if (key.empty()) return {};
  const bool bare = !header.empty();
  return {.header = bare ? header : "Authorization", .value = providers::credential(key, bare)};
}

HeaderLines headers_of(const providers::Description& description) {
  HeaderLines headers;
  for (const auto& [name, value] : description.headers) headers.emplace_back(name, value);
  return headers;
}

}  // namespace tollway::client
