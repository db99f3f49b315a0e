#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/snapshot_state.hpp"
#include "tollway/settings.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SettingsSnapshot, HoldsDefaults) {
  const SettingsSnapshot settings;
  EXPECT_EQ(settings.number("llm.temperature"), 0.7);
  EXPECT_EQ(settings.text("llm.temperature"), "0.7");
  EXPECT_EQ(settings.integer("llm.max_retries"), 2);
  EXPECT_EQ(settings.number("llm.request_timeout"), 600);
  EXPECT_EQ(settings.boolean("llm.streaming"), true);
  EXPECT_EQ(settings.text("llm.provider"), "openrouter");
  EXPECT_EQ(settings.text("llm.model"), std::nullopt);
  EXPECT_EQ(settings.secret("llm.openrouter.api_key"), nullptr);
  EXPECT_EQ(settings.text("llm.unheard_of"), std::nullopt);
  EXPECT_FALSE(settings.is_set("llm.temperature"));
  EXPECT_EQ(settings.origin("llm.temperature"), SettingOrigin::default_value);
  EXPECT_THAT(settings.warnings(), IsEmpty());
}

TEST(SettingsSnapshot, TakesValuesFromAProgram) {
  const auto settings =
      SettingsSnapshot::from({{"llm.openrouter.api_key", " \"sk-or-v1-0123456789abcdef\"\n"},
                              {"llm.model", "a/b"},
                              {"llm.streaming", "off"}});
  ASSERT_TRUE(settings) << settings.error().message;
  const Secret* key = settings->secret("llm.openrouter.api_key");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->reveal(), "sk-or-v1-0123456789abcdef");
  EXPECT_EQ(settings->text("llm.openrouter.api_key"), std::nullopt);
  EXPECT_EQ(settings->boolean("llm.streaming"), false);
  EXPECT_TRUE(settings->is_set("llm.model"));
  EXPECT_FALSE(settings->is_locked("llm.model"));
  EXPECT_THAT(settings->warnings(), ElementsAre(HasSubstr("llm.openrouter.api_key: white space")));
  const auto keys = settings->api_keys("openrouter");
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].key, key);
  EXPECT_EQ(keys[0].info->last_four, "...cdef");
}

TEST(SettingsSnapshot, TakesJson) {
  const auto settings = SettingsSnapshot::from_json(
      R"({"llm.temperature": 0.25, "llm.streaming": true, "llm.max_tokens": 100,
          "llm.model": "a/b", "llm.openai.url": null})");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->text("llm.temperature"), "0.25");
  EXPECT_EQ(settings->integer("llm.max_tokens"), 100);
  EXPECT_FALSE(settings->is_set("llm.openai.url"));
}

TEST(SettingsSnapshot, AProgramsOwnProviderNeedsNoDefinition) {
  const auto settings = SettingsSnapshot::from(
      {{"llm.01_acme.url", "http://localhost:1/v1"}, {"llm.01_acme.api_key", "sk-abc"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->text("llm.01_acme.url"), "http://localhost:1/v1");
  EXPECT_EQ(settings->secret("llm.01_acme.api_key")->reveal(), "sk-abc");
  EXPECT_FALSE(SettingsSnapshot::from({{"llm.01_acme.model", "a"}}));
  EXPECT_FALSE(SettingsSnapshot::from({{"llm.Ac me.url", "http://a"}}));
}

TEST(SettingsSnapshot, RefusalsAreBadRequests) {
  for (const auto* json : {"", "[]", R"({"llm.temperature": 3})", R"({"llm.tempreature": 1})",
                           R"({"llm.model": ["a"], "llm.streaming": {}})"}) {
    const auto settings = SettingsSnapshot::from_json(json);
    ASSERT_FALSE(settings) << json;
    EXPECT_EQ(settings.error().code, Errc::bad_request);
  }
  EXPECT_THAT(SettingsSnapshot::from({{"llm.tempreature", "1"}}).error().message,
              HasSubstr("Did you mean llm.temperature?"));
  EXPECT_EQ(SettingsSnapshot::from({{"llm.temperature", "3"}}).error().message,
            "llm.temperature is \"3\"; expected a number from 0 to 2");
}

TEST(SettingsSnapshot, CopiesShareTheirState) {
  auto first = std::make_unique<SettingsSnapshot>(
      SettingsSnapshot::from({{"llm.openai.api_key", "sk-abc"}}).value());
  const SettingsSnapshot second = *first;
  const Secret* key = first->secret("llm.openai.api_key");
  first.reset();
  EXPECT_EQ(second.secret("llm.openai.api_key"), key);
  EXPECT_EQ(key->reveal(), "sk-abc");
}

settings::ApiKey api_key(std::int64_t id, std::string_view environment, int weight,
                         std::optional<std::chrono::seconds> retires_in = {}) {
  settings::ApiKey key;
  key.key = Secret("sk-" + std::to_string(id));
  key.info.id = id;
  key.info.provider = "openai";
  key.info.label = "key " + std::to_string(id);
  key.info.environment = environment;
  key.info.weight = weight;
  if (retires_in) key.info.retires_at = std::chrono::system_clock::now() + *retires_in;
  return key;
}

std::vector<std::int64_t> ids_of(const settings::Layer& layer, std::string_view deployment) {
  const SettingsSnapshot snapshot(SettingsSnapshot::State::from_layers(
      settings::Definitions::built_in(), {&layer}, deployment));
  std::vector<std::int64_t> ids;
  for (const auto& key : snapshot.api_keys("openai")) ids.push_back(key.info->id);
  return ids;
}

TEST(SettingsSnapshot, KeysAreOrderedByWeightAndRetiringOnesComeLast) {
  settings::Layer layer;
  layer.api_keys.push_back(api_key(1, "production", 900, 1h));
  layer.api_keys.push_back(api_key(2, "production", 5));
  layer.api_keys.push_back(api_key(3, "staging", 7));
  layer.api_keys.push_back(api_key(4, "production", 1000, -1s));
  EXPECT_THAT(ids_of(layer, ""), ElementsAre(3, 2, 1)) << "the fourth has retired";
  EXPECT_THAT(ids_of(layer, "production"), ElementsAre(2, 1));
  EXPECT_THAT(ids_of(layer, "development"), IsEmpty());
}

}  // namespace
}  // namespace tollway
