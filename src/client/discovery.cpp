#include "tollway/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "client/provider_facts.hpp"
#include "http/head.hpp"
#include "providers/descriptor.hpp"

namespace tollway {
namespace {

ProviderOption option_of(const Provider& provider) {
  const ProviderInfo& info = provider.info();
  return {.value = info.provider_key,
          .label = fmt::format("{} ({})", info.provider_name, info.is_cloud ? "Cloud" : "Local")};
}

// Probes of local servers side by side: each has a thread, as a program's own provider may block in
// any way it likes.
std::vector<char> availability_of(const std::vector<std::shared_ptr<const Provider>>& all,
                                  const SettingsSnapshot& settings) {
  std::vector<char> available(all.size(), 0);  // not of bool, whose elements share bytes
  std::vector<std::thread> probes;
  const auto ask = [&](std::size_t index) {
    available[index] = all[index]->is_available(settings).available ? 1 : 0;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->info().is_cloud) {
      ask(i);
      continue;
    }
    try {
      probes.emplace_back(ask, i);
    } catch (const std::system_error&) {  // no more threads
      ask(i);
    }
  }
  for (std::thread& probe : probes) probe.join();
  return available;
}

}  // namespace

Providers discover_providers(std::string_view folder) {
  auto loaded = providers::load_descriptions(std::string(folder));
  Providers discovered;
  for (auto& description : loaded.all) {
    discovered.all.push_back(ProviderMaker::make(std::move(description)));
  }
  for (auto& problem : loaded.problems) {
    discovered.problems.push_back(
        {.path = std::move(problem.path), .message = std::move(problem.message)});
  }
  return discovered;
}

std::vector<ProviderOption> get_provider_options(const Providers& providers) {
  std::vector<ProviderOption> options;
  for (const auto& provider : providers.all) options.push_back(option_of(*provider));
  return options;
}

std::vector<ProviderOption> get_available_provider_options(const SettingsSnapshot& settings,
                                                           const Providers& providers) {
  const auto available = availability_of(providers.all, settings);
  std::vector<ProviderOption> options;
  for (std::size_t i = 0; i < providers.all.size(); ++i) {
    if (available[i] != 0) options.push_back(option_of(*providers.all[i]));
  }
  return options;
}

Result<std::shared_ptr<const Provider>> get_provider_class(std::string_view key,
                                                           const Providers& providers) {
  std::vector<std::string_view> keys;
  for (const auto& provider : providers.all) {
    const std::string& known = provider->info().provider_key;
    if (http::equals_ignoring_case(known, key)) return provider;
    keys.push_back(known);
  }
  return client_error(Errc::not_found,
                      fmt::format("no provider has that key.{}", did_you_mean(key, keys)));
}

Result<> register_providers(LlmRegistry& registry, const Providers& providers) {
  for (const auto& provider : providers.all) {
    auto registered = registry.register_llm(
        provider->info().provider_key,
        [provider](std::string_view model_name, std::optional<double> temperature,
                   const LlmOptions& options) {
          return provider->create_llm(model_name, temperature, options);
        });
    if (!registered) return registered;
  }
  return {};
}

}  // namespace tollway
