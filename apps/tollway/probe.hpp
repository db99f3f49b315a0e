// One look at where a provider should be.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tollway/provider.hpp"

namespace tollway {

struct ProbeOptions {
  std::string_view path;  // behind the base URL
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
};

struct ProbeAnswer {
  int status = 0;
  bool tls = false;                      // verified, then
  std::optional<std::string> date;       // the header
  std::chrono::milliseconds duration{};  // of the whole
};

// The base URL that the settings give a provider, "https://" added where it has no scheme.
[[nodiscard]] std::string base_url_of(const ProviderInfo& info, const SettingsSnapshot& settings);

// GET; an answer of any status is one. Errors as of a chat call: dns_failed, connect_failed,
// tls_failed, address_refused and the like.
[[nodiscard]] Result<ProbeAnswer> probe(const ProviderInfo& info, const SettingsSnapshot& settings,
                                        ProbeOptions options);

}  // namespace tollway
