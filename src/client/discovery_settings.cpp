// What settings have to know of providers.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>

#include "base/error.hpp"
#include "client/provider_facts.hpp"
#include "net/dial_guard.hpp"
#include "providers/base_url.hpp"
#include "settings/definitions.hpp"
#include "settings/provider_definitions.hpp"
#include "tollway/discovery.hpp"

namespace tollway {
namespace {

const Provider* provider_with_url(std::string_view setting, const Providers& providers) {
  const auto found = std::ranges::find_if(providers.all, [setting](const auto& provider) {
    return provider->info().base_url_setting == setting;
  });
  return found == providers.all.end() ? nullptr : found->get();
}

bool is_below(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

// RFC 6761, 6.3, and what /etc/hosts of the usual systems has.
bool is_this_machine(std::string_view host) {
  return host == "localhost" || is_below(host, "localhost") || host == "localhost.localdomain" ||
         host == "ip6-localhost" || host == "ip6-loopback";
}

// The address of a literal, or of a name that means one everywhere.
std::optional<boost::asio::ip::address> known_address(const std::string& host) {
  if (is_this_machine(host)) return boost::asio::ip::address_v4::loopback();
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(host, failed);
  return failed ? std::nullopt : std::optional(address);
}

// Names by which clouds reach their metadata services.
bool is_metadata_name(std::string_view host) {
  constexpr std::array<std::string_view, 5> names{"metadata", "metadata.google.internal",
                                                  "metadata.goog", "instance-data",
                                                  "instance-data.ec2.internal"};
  return std::ranges::find(names, host) != names.end();
}

// Of a program's own provider that is none of ours, what reading its URL takes.
providers::Description description_for(std::string_view setting, const Providers& providers) {
  providers::Description description;
  description.name = "the provider";
  const Provider* provider = provider_with_url(setting, providers);
  if (provider == nullptr) return description;
  if (const auto* known = ProviderMaker::description_of(*provider)) return *known;
  description.name = provider->info().provider_name;
  description.local = !provider->info().is_cloud;
  description.default_base_url = provider->info().default_base_url;
  return description;
}

}  // namespace

std::vector<SettingDefinition> provider_setting_definitions(const Providers& providers) {
  const auto built_in = settings::Definitions::built_in();
  std::vector<SettingDefinition> definitions;
  for (const auto& provider : providers.all) {
    const ProviderInfo& info = provider->info();
    settings::ProviderVariables variables;
    if (const auto* description = ProviderMaker::description_of(*provider)) {
      variables = {.api_key = description->api_key.variables,
                   .url = description->base_url_variables};
    }
    for (SettingDefinition& definition :
         settings::provider_definitions(info.provider_key, info.provider_name, variables)) {
      if (definition.ui_element == UiElement::password) definition.key = info.api_key_setting;
      if (definition.url) definition.key = info.base_url_setting;
      if (definition.key.empty() || built_in->find(definition.key) != nullptr) continue;
      definitions.push_back(std::move(definition));
    }
  }
  return definitions;
}

Result<> check_provider_url(std::string_view key, std::string_view url, bool allow_private,
                            const Providers& providers) {
  const auto description = description_for(key, providers);
  const auto base_url = providers::normalise_base_url(url, description);
  if (!base_url) return std::unexpected(base_url.error());
  const std::string& host = base_url->url.origin.host;
  if (is_metadata_name(host)) {
    return client_error(Errc::address_refused,
                        fmt::format("{} is the name of a cloud's metadata service", host));
  }
  const auto address = known_address(host);
  if (!address) return {};
  const bool may_be_private = allow_private || description.local;
  auto checked = net::check_address(*address, may_be_private ? net::AddressPolicy::private_allowed
                                                             : net::AddressPolicy::public_only);
  if (checked) return {};
  Error error = std::move(checked.error());
  error.source = Source::client;
  if (!may_be_private &&
      net::check_address(*address, net::AddressPolicy::private_allowed).has_value()) {
    error.message +=
        fmt::format("; if {} is meant to be there, allow private addresses for {} by name",
                    description.name, key);
  }
  return std::unexpected(std::move(error));
}

}  // namespace tollway
