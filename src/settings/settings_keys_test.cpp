// Several API keys of a provider.
#include "settings/settings_test.hpp"

namespace tollway::settings {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using SettingsKeysTest = SettingsTest;

Settings::NewKey key(std::string label, std::string value, int weight = 1,
                     std::string environment = "production") {
  return {.provider = "openrouter",
          .label = std::move(label),
          .environment = std::move(environment),
          .weight = weight,
          .key = Secret(std::move(value))};
}

std::vector<std::string> usable(const Settings& settings) {
  std::vector<std::string> keys;
  const auto snapshot = settings.snapshot();
  for (const auto& row : snapshot.api_keys("openrouter")) keys.emplace_back(row.key->reveal());
  return keys;
}

std::vector<std::string> labels(const Settings& settings, std::string_view provider = {}) {
  std::vector<std::string> names;
  const auto keys = settings.keys(provider);
  for (const auto& row : keys.value()) names.push_back(row.provider + " " + row.label);
  return names;
}

TEST_F(SettingsKeysTest, TheHeaviestIsTheProvidersKey) {
  const auto settings = open();
  const auto before = std::chrono::system_clock::now() - 1s;
  ASSERT_TRUE(settings->add_key(key("light", "sk-light", 2)));
  const auto added = settings->add_key(key("heavy", " sk-or-v1-heavy-0123456789\n", 900));
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->last_four, "...6789");
  EXPECT_EQ(added->weight, 900);
  EXPECT_GE(added->created_at, before);
  EXPECT_FALSE(added->retires_at);
  ASSERT_TRUE(settings->set("llm.openrouter.api_key", "sk-default"));
  for (const auto& again : {settings, open()}) {
    EXPECT_THAT(usable(*again), ElementsAre("sk-or-v1-heavy-0123456789", "sk-light", "sk-default"));
    EXPECT_EQ(again->snapshot().secret("llm.openrouter.api_key")->reveal(),
              "sk-or-v1-heavy-0123456789");
    EXPECT_THAT(labels(*again),
                ElementsAre("openrouter default", "openrouter heavy", "openrouter light"));
  }
}

TEST_F(SettingsKeysTest, SetAndUnsetAreTheKeyCalledDefault) {
  const auto settings = open();
  ASSERT_TRUE(settings->add_key(key("", "sk-one", 7, "staging")));
  ASSERT_TRUE(settings->set("llm.openrouter.api_key", "sk-two"));
  const auto keys = settings->keys("openrouter").value();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].weight, 7) << "set() changes the key alone";
  EXPECT_EQ(keys[0].environment, "staging");
  EXPECT_THAT(usable(*settings), ElementsAre("sk-two"));
  EXPECT_EQ(settings->origin("llm.openrouter.api_key"), SettingOrigin::store);
  ASSERT_TRUE(settings->unset("llm.openrouter.api_key"));
  EXPECT_FALSE(settings->snapshot().is_set("llm.openrouter.api_key"));
  EXPECT_THAT(labels(*settings), IsEmpty());
}

TEST_F(SettingsKeysTest, EachDeploymentHasItsKeys) {
  ASSERT_TRUE(open()->add_key(key("a", "sk-production", 1)));
  ASSERT_TRUE(open()->add_key(key("b", "sk-staging", 9, "staging")));
  auto with = options();
  with.deployment = "production";
  EXPECT_THAT(usable(*Settings::open(with).value()), ElementsAre("sk-production"));
  with.deployment = "development";
  const auto settings = Settings::open(with).value();
  EXPECT_THAT(usable(*settings), IsEmpty());
  EXPECT_THAT(labels(*settings), ElementsAre("openrouter a", "openrouter b"));
  with.deployment = "here";
  EXPECT_EQ(Settings::open(with).error().code, Errc::bad_request);
}

TEST_F(SettingsKeysTest, RefusalsSayWhatWasExpected) {
  const auto settings = open();
  ASSERT_TRUE(settings->add_key(key("a", "sk-a")));
  const auto message = [&](Settings::NewKey given) {
    const auto added = settings->add_key(std::move(given));
    return added ? "added" : added.error().message;
  };
  EXPECT_THAT(message(key("a", "sk-b")), HasSubstr("a key with the label \"a\" already"));
  EXPECT_THAT(message(key("b", "sk-b", 0)), HasSubstr("weight is 0; expected 1 to 1000"));
  EXPECT_THAT(message(key("b", "sk-b", 1001)), HasSubstr("expected 1 to 1000"));
  EXPECT_THAT(message(key("b", "sk-b", 1, "test")), HasSubstr("environment is \"test\""));
  EXPECT_THAT(message(key("b\n", "sk-b")), HasSubstr("label is 1 to 64 printable"));
  EXPECT_THAT(message(key("b", "canary with spaces")),
              AllOf(HasSubstr("expected a key of printable"), Not(HasSubstr("canary"))));
  auto elsewhere = key("b", "sk-b");
  elsewhere.provider = "openruoter";
  EXPECT_THAT(message(std::move(elsewhere)), HasSubstr("Did you mean llm.openrouter.api_key"));
  EXPECT_EQ(settings->remove_key("openrouter", "z").error().code, Errc::not_found);
  ASSERT_TRUE(settings->remove_key("openrouter", "a"));
  EXPECT_THAT(labels(*settings), IsEmpty());
}

TEST_F(SettingsKeysTest, AKeyFixedElsewhereIsTheOnlyOneAndLocked) {
  ASSERT_TRUE(open()->add_key(key("a", "sk-a")));
  variables_["OPENROUTER_API_KEY"] = canary;
  const auto settings = open();
  EXPECT_THAT(usable(*settings), ElementsAre(canary));
  EXPECT_THAT(labels(*settings, "openrouter"),
              ElementsAre("openrouter OPENROUTER_API_KEY", "openrouter a"));
  EXPECT_EQ(settings->add_key(key("b", "sk-b")).error().code, Errc::forbidden);
  EXPECT_EQ(settings->rotate_key("openrouter", "a", Secret("sk-c"), {}, 0s).error().code,
            Errc::forbidden);
  EXPECT_EQ(settings->remove_key("openrouter", "OPENROUTER_API_KEY").error().code, Errc::forbidden);
  EXPECT_TRUE(settings->remove_key("openrouter", "a")) << "what is stored can be taken away";
}

TEST_F(SettingsKeysTest, RotationLetsTheOldKeyRetire) {
  const auto settings = open();
  ASSERT_TRUE(settings->add_key(key("main", "sk-old", 5, "staging")));
  std::string verified;
  const auto verify = [&](const Secret& secret) -> Result<> {
    verified = secret.reveal();
    return {};
  };
  const auto rotated = settings->rotate_key("openrouter", "main", Secret(" sk-new "), verify, 1h);
  ASSERT_TRUE(rotated) << rotated.error().message;
  EXPECT_EQ(verified, "sk-new");
  EXPECT_EQ(rotated->label, "main");
  EXPECT_EQ(rotated->weight, 5);
  EXPECT_EQ(rotated->environment, "staging");
  EXPECT_THAT(usable(*settings), ElementsAre("sk-new", "sk-old"));
  const auto keys = settings->keys().value();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_FALSE(keys[0].retires_at);
  EXPECT_GT(keys[1].retires_at, std::chrono::system_clock::now() + 59min);

  ASSERT_TRUE(settings->rotate_key("openrouter", "main", Secret("sk-newer"), {}, 1h));
  EXPECT_THAT(labels(*settings), ElementsAre("openrouter main", "openrouter main (until rotated 2)",
                                             "openrouter main (until rotated)"));
  ASSERT_TRUE(settings->rotate_key("openrouter", "main", Secret("sk-newest"), {}, 0s));
  EXPECT_THAT(usable(*open()), ElementsAre("sk-newest", "sk-old", "sk-new"));
}

TEST_F(SettingsKeysTest, NothingChangesWhereTheNewKeyIsNotAccepted) {
  const auto settings = open();
  ASSERT_TRUE(settings->add_key(key("main", "sk-old")));
  const auto refuse = [](const Secret&) -> Result<> {
    return std::unexpected(Error{.code = Errc::unauthenticated, .message = "no", .context = {}});
  };
  const auto rotated = settings->rotate_key("openrouter", "main", Secret(canary), refuse, 1h);
  ASSERT_FALSE(rotated);
  EXPECT_EQ(rotated.error().code, Errc::unauthenticated);
  EXPECT_THAT(usable(*settings), ElementsAre("sk-old"));
  bool asked = false;
  const auto ask = [&](const Secret&) -> Result<> {
    asked = true;
    return {};
  };
  EXPECT_EQ(settings->rotate_key("openrouter", "x", Secret("sk-x"), ask, 1h).error().code,
            Errc::not_found);
  EXPECT_FALSE(asked) << "nobody is asked about a key that has no place";
  EXPECT_EQ(settings->rotate_key("openrouter", "main", Secret("sk-x"), {}, -1s).error().code,
            Errc::bad_request);
  EXPECT_THAT(labels(*open()), ElementsAre("openrouter main"));
}

}  // namespace
}  // namespace tollway::settings
