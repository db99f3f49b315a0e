// How a provider is reached under given settings: where, with which key, at which addresses.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "client/http_call.hpp"
#include "client/provider_facts.hpp"
#include "net/dial_guard.hpp"
#include "providers/base_url.hpp"
#include "tollway/secret.hpp"
#include "tollway/settings.hpp"

namespace tollway::client {

using ProviderFacts = OpenAICompatibleProvider::Facts;

struct ProviderAccess {
  providers::BaseUrl base_url;
  net::AddressPolicy addresses = net::AddressPolicy::public_only;
  Secret key;  // empty: none
};

// Local providers and those of the operator's own descriptors may have private addresses, others
// where the setting says so (SettingsSnapshot::allows_private_address). Metadata and link-local
// addresses are refused by the dial guard whatever the policy.
[[nodiscard]] net::AddressPolicy address_policy(const ProviderFacts& facts,
                                                const SettingsSnapshot& settings);

// Errc::not_configured where there is no base URL, bad_request for one that is none; the message
// names the setting.
[[nodiscard]] Result<providers::BaseUrl> base_url_of(const ProviderFacts& facts,
                                                     const SettingsSnapshot& settings);

// A deployment has a name of its own, which need not be the model's; empty where none is set.
[[nodiscard]] std::string deployment_of(const ProviderFacts& facts,
                                        const SettingsSnapshot& settings);

// "set llm.openrouter.api_key or the environment variable OPENROUTER_API_KEY"
[[nodiscard]] std::string how_to_set_key(const ProviderFacts& facts);

// The key as it can be sent. `given` may be null. Empty where none is needed and none is there;
// Errc::not_configured where one is `needed`. A key that was pasted with white space or quotes is
// trimmed and warned about. One that looks like another vendor's is refused rather than sent to the
// wrong place, but for base URLs of the user's own only warned about: what stands there may be a
// proxy. No message quotes a key.
struct KeyCheck {
  bool needed = true;
  bool vendors_own_url = true;
};
[[nodiscard]] Result<Secret> usable_key(const ProviderFacts& facts, const Secret* given,
                                        KeyCheck check);

// All of it by the settings.
[[nodiscard]] Result<ProviderAccess> access_of(const ProviderFacts& facts,
                                               const SettingsSnapshot& settings, bool key_needed);
// The same with a key that need not be the settings'; null: none.
[[nodiscard]] Result<ProviderAccess> access_with(const ProviderFacts& facts, const Secret* given,
                                                 const SettingsSnapshot& settings, bool key_needed);

// The header that carries the key: of chat, or where `for_models` of the list of models.
[[nodiscard]] Authentication authentication_of(const providers::Description& description,
                                               const Secret& key, bool for_models);
[[nodiscard]] HeaderLines headers_of(const providers::Description& description);

}  // namespace tollway::client
