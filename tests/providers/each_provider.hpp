// A provider in front of a test's upstream.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/vendors.hpp"
#include "support/fault_upstream.hpp"
#include "tollway/tollway.hpp"

namespace tollway::test {

// Like no vendor's, so that every provider takes it.
inline constexpr std::string_view provider_key_canary = "provider-canary-5c3b1e90";

using Values = std::vector<std::pair<std::string, std::string>>;

// Settings that lead to the upstream, with a key. `more` comes after, so it wins nothing.
[[nodiscard]] inline SettingsSnapshot settings_for(std::string_view provider, std::string_view url,
                                                   std::string_view key = provider_key_canary,
                                                   Values more = {}) {
  if (!url.empty()) more.emplace_back(fmt::format("llm.{}.url", provider), std::string(url));
  if (!key.empty()) more.emplace_back(fmt::format("llm.{}.api_key", provider), std::string(key));
  auto settings = SettingsSnapshot::from(more);
  EXPECT_TRUE(settings) << settings.error().message;
  return settings ? *settings : SettingsSnapshot();
}

[[nodiscard]] inline std::shared_ptr<const Provider> provider_called(std::string_view key) {
  auto provider = get_provider_class(key);
  EXPECT_TRUE(provider) << provider.error().message;
  return provider ? *provider : nullptr;
}

// "http://127.0.0.1:<port>" and the path that the vendor's base URL has.
[[nodiscard]] inline std::string url_at(const FaultUpstream& upstream, std::string_view path) {
  return fmt::format("http://127.0.0.1:{}{}", upstream.port(), path);
}

// Where nothing listens any more.
[[nodiscard]] inline std::string url_of_nobody(std::string_view path) {
  const FaultUpstream gone(FaultUpstream::answering(""));
  return url_at(gone, path);
}

}  // namespace tollway::test
