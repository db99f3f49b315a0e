// data/providers and data/settings say the same of a provider.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/descriptor.hpp"
#include "settings/definitions.hpp"
#include "settings/environment_layer.hpp"

namespace tollway {
namespace {

TEST(ProvidersAndSettings, AgreeOnKeysAndVariables) {
  const auto definitions = settings::Definitions::built_in();
  ASSERT_FALSE(providers::built_in().empty());
  for (const auto& provider : providers::built_in()) {
    const auto* url = definitions->find(provider->base_url_setting());
    ASSERT_NE(url, nullptr) << provider->key;
    EXPECT_TRUE(url->url) << provider->key;
    EXPECT_EQ(url->environment, provider->base_url_variables) << provider->key;
    EXPECT_EQ(settings::variable_of(url->key), providers::variable_of(url->key));
    EXPECT_EQ(url->name, provider->name + " URL");
    if (provider->api_key_setting().empty()) continue;
    const auto* key = definitions->find(provider->api_key_setting());
    ASSERT_NE(key, nullptr) << provider->key;
    EXPECT_TRUE(settings::is_secret(*key)) << provider->key;
    EXPECT_EQ(key->environment, provider->api_key.variables) << provider->key;
    EXPECT_EQ(key->name, provider->name + " API key");
  }
}

TEST(ProvidersAndSettings, TheDefaultProviderIsThere) {
  const auto* definition = settings::Definitions::built_in()->find("llm.provider");
  ASSERT_TRUE(definition != nullptr && definition->default_value);
  EXPECT_NE(providers::find(providers::built_in(), *definition->default_value), nullptr);
}

TEST(ProvidersAndSettings, NoProvidersSettingsAreWithoutIt) {
  for (const auto& row : settings::Definitions::built_in()->rows()) {
    if (!row.key.starts_with("llm.") || row.category == "llm_general") continue;
    EXPECT_NE(providers::find(providers::built_in(), row.category), nullptr) << row.key;
  }
}

}  // namespace
}  // namespace tollway
