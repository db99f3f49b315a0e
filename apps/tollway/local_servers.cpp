#include "local_servers.hpp"

#include <utility>

#include "client/provider_upstream.hpp"
#include "listed_providers.hpp"

namespace tollway {
namespace {

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

}  // namespace

std::vector<std::shared_ptr<const providers::OpenAICompatibleProvider>> local_servers(
    const Installation& installation, std::uint16_t own_port) {
  std::vector<std::shared_ptr<const providers::OpenAICompatibleProvider>> servers;
  for (const auto& provider : installation.providers.all) {
    if (provider->info().is_cloud || is_configured(provider->info(), installation.snapshot)) {
      continue;
    }
    auto made = client::upstream_of(*provider, installation.snapshot);
    if (!made || !is_this_machine(made->origin().host) || made->origin().port == own_port) continue;
    servers.push_back(
        std::make_shared<const providers::OpenAICompatibleProvider>(std::move(*made)));
  }
  return servers;
}

}  // namespace tollway
