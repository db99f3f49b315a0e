// Precedence, locking and reading again.
#include <atomic>
#include <thread>

#include "settings/provider_definitions.hpp"
#include "settings/settings_test.hpp"

namespace tollway::settings {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class SettingsLayersTest : public SettingsTest {
 protected:
  [[nodiscard]] Settings::Options with_file(std::string_view toml) const {
    auto made = options();
    made.config_file = write("tollway.toml", toml).string();
    return made;
  }
};

TEST_F(SettingsLayersTest, EnvironmentThenFileThenStoreThenDefault) {
  const auto settings = open();
  EXPECT_EQ(settings->snapshot().text("llm.temperature"), "0.7");
  EXPECT_EQ(settings->origin("llm.temperature"), SettingOrigin::default_value);
  EXPECT_FALSE(settings->snapshot().is_set("llm.temperature"));

  ASSERT_TRUE(settings->set("llm.temperature", "0.1"));
  EXPECT_EQ(settings->snapshot().text("llm.temperature"), "0.1");
  EXPECT_EQ(settings->origin("llm.temperature"), SettingOrigin::store);
  EXPECT_FALSE(settings->snapshot().is_locked("llm.temperature"));

  auto with = with_file("[llm]\ntemperature = 0.2\n");
  auto by_file = Settings::open(with).value()->snapshot();
  EXPECT_EQ(by_file.text("llm.temperature"), "0.2");
  EXPECT_EQ(by_file.origin("llm.temperature"), SettingOrigin::file);
  EXPECT_EQ(by_file.source("llm.temperature"), with.config_file + ":2");
  EXPECT_TRUE(by_file.is_locked("llm.temperature"));

  variables_["TOLLWAY_LLM_TEMPERATURE"] = "0.3";
  with.environment = options().environment;
  auto by_variable = Settings::open(with).value()->snapshot();
  EXPECT_EQ(by_variable.text("llm.temperature"), "0.3");
  EXPECT_EQ(by_variable.origin("llm.temperature"), SettingOrigin::environment);
  EXPECT_EQ(by_variable.source("llm.temperature"), "TOLLWAY_LLM_TEMPERATURE");
  EXPECT_TRUE(by_variable.is_locked("llm.temperature"));
}

TEST_F(SettingsLayersTest, OurVariableComesBeforeTheVendors) {
  variables_ = {{"GOOGLE_API_KEY", "google-key-0123456789"}, {"GEMINI_API_KEY", ""}};
  auto snapshot = open()->snapshot();
  EXPECT_EQ(snapshot.secret("llm.google.api_key")->reveal(), "google-key-0123456789");
  EXPECT_EQ(snapshot.source("llm.google.api_key"), "GOOGLE_API_KEY");
  variables_["GEMINI_API_KEY"] = "gemini-key";
  EXPECT_EQ(open()->snapshot().source("llm.google.api_key"), "GEMINI_API_KEY");
  variables_["TOLLWAY_LLM_GOOGLE_API_KEY"] = "ours";
  EXPECT_EQ(open()->snapshot().source("llm.google.api_key"), "TOLLWAY_LLM_GOOGLE_API_KEY");
}

TEST_F(SettingsLayersTest, WhatIsFixedElsewhereIsLocked) {
  variables_["OPENROUTER_API_KEY"] = canary;
  variables_["TOLLWAY_LLM_OPENROUTER_URL"] = "http://127.0.0.1:9/api/v1";
  const auto settings = open();
  for (const auto* key : {"llm.openrouter.api_key", "llm.openrouter.url"}) {
    for (const auto& refused : {settings->set(key, "https://a.example"), settings->unset(key)}) {
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, Errc::forbidden);
      EXPECT_THAT(
          refused.error().message,
          AllOf(HasSubstr(" is fixed by "), HasSubstr("OPENROUTER"), Not(HasSubstr("canary"))));
    }
  }
  const auto snapshot = settings->snapshot();
  EXPECT_EQ(snapshot.text("llm.openrouter.url"), "http://127.0.0.1:9/api/v1");
  EXPECT_TRUE(snapshot.allows_private_address("llm.openrouter.url"));
}

TEST_F(SettingsLayersTest, KeysAreTrimmedWithAWarning) {
  variables_["OPENAI_API_KEY"] = std::string(" \"") + canary + "\"\n";
  const auto snapshot = open()->snapshot();
  EXPECT_EQ(snapshot.secret("llm.openai.api_key")->reveal(), canary);
  EXPECT_THAT(snapshot.warnings(),
              ElementsAre(AllOf(StartsWith("OPENAI_API_KEY: white space or quotes"),
                                Not(HasSubstr("canary")))));
}

TEST_F(SettingsLayersTest, OursMustBeRightAVendorsIsPassedOver) {
  variables_["TOLLWAY_LLM_MAX_RETRIES"] = "many";
  EXPECT_EQ(refusal(),
            "TOLLWAY_LLM_MAX_RETRIES: llm.max_retries is \"many\"; expected a whole number from 0 "
            "to 10");
  variables_ = {{"OLLAMA_HOST", "http://user:canary@host"}};
  const auto snapshot = open()->snapshot();
  EXPECT_FALSE(snapshot.is_set("llm.ollama.url"));
  EXPECT_THAT(snapshot.warnings(),
              ElementsAre(AllOf(StartsWith("OLLAMA_HOST: "), HasSubstr("passed over"),
                                Not(HasSubstr("canary")))));
}

TEST_F(SettingsLayersTest, RefusalsHaveTheirCodes) {
  auto with = options();
  with.definitions = provider_definitions("acme", "Acme");
  with.definitions.front().editable = false;
  const auto settings = Settings::open(with).value();
  EXPECT_EQ(settings->set("llm.modle", "a").error().code, Errc::not_found);
  EXPECT_THAT(settings->set("llm.modle", "a").error().message, HasSubstr("mean llm.model?"));
  EXPECT_EQ(settings->unset("llm.modle").error().code, Errc::not_found);
  EXPECT_EQ(settings->set("llm.temperature", "3").error().code, Errc::bad_request);
  EXPECT_EQ(settings->set("llm.acme.api_key", "a").error().code, Errc::forbidden);
  EXPECT_TRUE(settings->unset("llm.temperature")) << "nothing to take away is no error";
  with.data_directory.clear();
  EXPECT_EQ(Settings::open(with).value()->set("llm.temperature", "1").error().code,
            Errc::not_configured);
}

TEST_F(SettingsLayersTest, UrlsAreJudgedBeforeTheyAreKept) {
  auto with = options();
  with.check_url = [](std::string_view, std::string_view url, bool allow_private) -> Result<> {
    if (allow_private || !url.contains("127.0.0.1")) return {};
    return std::unexpected(Error{.code = Errc::address_refused, .message = "no", .context = {}});
  };
  const auto settings = Settings::open(with).value();
  const auto* key = "llm.groq.url";
  EXPECT_EQ(settings->set(key, "http://127.0.0.1:1").error().code, Errc::address_refused);
  EXPECT_FALSE(settings->snapshot().is_set(key));
  ASSERT_TRUE(settings->set(key, "http://127.0.0.1:1", true));
  EXPECT_TRUE(settings->snapshot().allows_private_address(key));
  ASSERT_TRUE(settings->set(key, "https://a.example"));
  EXPECT_FALSE(settings->snapshot().allows_private_address(key));
  ASSERT_TRUE(settings->unset(key));
  EXPECT_TRUE(settings->snapshot().allows_private_address(key)) << "the default is ours";
}

TEST_F(SettingsLayersTest, P14_a_bad_reload_keeps_the_old_values) {
  const auto settings = Settings::open(with_file("[llm]\nmodel = \"a\"")).value();
  write("tollway.toml", "[llm]\nmodel = \"b\"\ntemperature = 99");
  const auto refused = settings->reload();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("tollway.toml:3: llm.temperature"));
  EXPECT_EQ(settings->snapshot().text("llm.model"), "a");
  write("tollway.toml", "[llm]\nmodel = \"b\"");
  const auto before = settings->snapshot();
  ASSERT_TRUE(settings->reload());
  EXPECT_EQ(settings->snapshot().text("llm.model"), "b");
  EXPECT_EQ(before.text("llm.model"), "a") << "a snapshot does not change";
  std::filesystem::remove(folder_ / "tollway.toml");
  EXPECT_FALSE(settings->reload());
  EXPECT_EQ(settings->snapshot().text("llm.model"), "b");
}

TEST_F(SettingsLayersTest, ReloadSeesWhatAnotherProcessWrote) {
  const auto settings = open();
  ASSERT_EQ(in_child([&] {
              const auto theirs = open();
              const bool done = theirs && theirs->set("llm.model", "theirs") &&
                                theirs->set("llm.openai.api_key", canary);
              ::_exit(done ? 0 : 1);
            }),
            0);
  EXPECT_FALSE(settings->snapshot().is_set("llm.model"));
  ASSERT_TRUE(settings->reload());
  EXPECT_EQ(settings->snapshot().text("llm.model"), "theirs");
  EXPECT_EQ(settings->snapshot().secret("llm.openai.api_key")->reveal(), canary);
  ASSERT_TRUE(settings->unset("llm.model"));
  EXPECT_EQ(settings->snapshot().text("llm.model"), std::nullopt);
}

TEST_F(SettingsLayersTest, AFileWithKeysThatOthersMayReadIsWarnedOf) {
  const auto with = with_file("[llm.openai]\napi_key = \"sk-abc\"");
  EXPECT_THAT(Settings::open(with).value()->snapshot().warnings(), IsEmpty());
  ::chmod(with.config_file.c_str(), 0644);
  EXPECT_THAT(Settings::open(with).value()->snapshot().warnings(),
              ElementsAre(HasSubstr("run: chmod 600")));
}

TEST_F(SettingsLayersTest, ManyReadersOneWriter) {
  const auto settings = open();
  ASSERT_TRUE(settings->set("llm.openai.api_key", canary));
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> readers;
  for (int number = 0; number < 3; ++number) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto snapshot = settings->snapshot();
        const auto* key = snapshot.secret("llm.openai.api_key");
        if (key == nullptr || key->reveal() != canary) ++wrong;
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(settings->rotate_master_key());
    EXPECT_TRUE(settings->set("llm.max_retries", std::to_string(round)));
    EXPECT_TRUE(settings->reload());
  }
  stop = true;
  readers.clear();
  EXPECT_EQ(wrong, 0);
}

TEST_F(SettingsLayersTest, AnUnusableDataDirectoryIsAnError) {
  write("data", "a file");
  EXPECT_THAT(refusal(), HasSubstr("data is no folder"));
}

}  // namespace
}  // namespace tollway::settings
