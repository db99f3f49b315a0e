#include "settings/vault.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <csignal>

#include "settings/settings_test.hpp"

namespace tollway::settings {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* key_a = "f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff";
constexpr const char* key_b = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

class VaultTest : public SettingsTest {
 protected:
  [[nodiscard]] std::string database() const { return (data_ / "tollway.db").string(); }

  void execute(const std::string& sql) const {
    SQLite::Database(database(), SQLite::OPEN_READWRITE).exec(sql);
  }

  // The rotation as Settings runs it, killed after the step.
  [[nodiscard]] int rotate_killed_after(RotationStep last) const {
    return in_child([&] {
      auto source = MasterKeySource::create(
          {.environment = options().environment, .data_directory = data_.string()});
      auto store = Store::open({.path = database()});
      Vault vault(**store, std::move(*source));
      const auto rotated = vault.rotate([last](RotationStep step) {
        if (step == last) ::raise(SIGKILL);
      });
      ::_exit(rotated ? 0 : 1);
    });
  }

  void expect_canaries(const Settings& settings) const {
    const auto snapshot = settings.snapshot();
    EXPECT_THAT(snapshot.warnings(), IsEmpty());
    for (const auto* provider : {"openrouter", "groq"}) {
      const auto* key = snapshot.secret(std::string("llm.") + provider + ".api_key");
      ASSERT_NE(key, nullptr) << provider;
      EXPECT_EQ(key->reveal(), std::string(canary) + provider);
    }
  }

  void write_canaries() const {
    const auto settings = open();
    for (const auto* provider : {"openrouter", "groq"}) {
      ASSERT_TRUE(settings->set(std::string("llm.") + provider + ".api_key",
                                std::string(canary) + provider));
    }
  }

  void expect_no_canary_on_disk() const {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
      if (file.is_regular_file()) {
        EXPECT_THAT(content_of(file.path()), Not(HasSubstr("canary"))) << file.path();
      }
      EXPECT_EQ(mode_of(file.path()) & 077U, 0U) << file.path();
    }
  }
};

TEST_F(VaultTest, S06_no_file_holds_a_key) {
  const auto settings = open();
  ASSERT_TRUE(settings->set("llm.openrouter.api_key", canary));
  ASSERT_TRUE(settings->add_key({.provider = "openrouter", .label = "b", .key = Secret(canary)}));
  ASSERT_TRUE(std::filesystem::exists(database() + "-wal"));
  ASSERT_TRUE(std::filesystem::exists(database() + "-shm"));
  expect_no_canary_on_disk();
  ASSERT_TRUE(settings->rotate_master_key());
  expect_no_canary_on_disk();
  EXPECT_EQ(settings->snapshot().secret("llm.openrouter.api_key")->reveal(), canary);
}

TEST_F(VaultTest, TheWrongMasterKeyIsAnErrorThatSaysSo) {
  variables_["TOLLWAY_MASTER_KEY"] = key_a;
  write_canaries();
  variables_["TOLLWAY_MASTER_KEY"] = key_b;
  const auto id_a = MasterKey::parse(key_a).value()[0].short_id();
  const auto id_b = MasterKey::parse(key_b).value()[0].short_id();
  EXPECT_THAT(refusal(), AllOf(HasSubstr("are encrypted with the master key " + id_a),
                               HasSubstr("TOLLWAY_MASTER_KEY holds " + id_b + " instead"),
                               HasSubstr("give that key back")));
  variables_.clear();
  EXPECT_THAT(refusal(), HasSubstr("master.key holds none; give that key back"));
  EXPECT_FALSE(std::filesystem::exists(data_ / "master.key")) << "none is made in its place";
  variables_["TOLLWAY_MASTER_KEY"] = key_a;
  expect_canaries(*open());
}

TEST_F(VaultTest, ALostMasterKeyIsNoMatterOnceThereAreNoSecrets) {
  variables_["TOLLWAY_MASTER_KEY"] = key_a;
  {
    const auto settings = open();
    ASSERT_TRUE(settings->set("llm.openrouter.api_key", canary));
    ASSERT_TRUE(settings->unset("llm.openrouter.api_key"));
  }
  variables_.clear();
  write_canaries();
  expect_canaries(*open());
}

TEST_F(VaultTest, ASecretMovedToAnotherRowDoesNotOpen) {
  write_canaries();
  execute(
      "UPDATE api_keys SET sealed = (SELECT sealed FROM api_keys WHERE provider = 'groq') "
      "WHERE provider = 'openrouter'");
  const auto settings = open();
  const auto snapshot = settings->snapshot();
  EXPECT_EQ(snapshot.secret("llm.openrouter.api_key"), nullptr);
  EXPECT_FALSE(snapshot.is_set("llm.openrouter.api_key"));
  EXPECT_NE(snapshot.secret("llm.groq.api_key"), nullptr);
  EXPECT_THAT(snapshot.warnings(), ElementsAre(HasSubstr("llm.openrouter.api_key with the label "
                                                         "\"default\" cannot be decrypted")));
  EXPECT_FALSE(settings->rotate_master_key()) << "it would be lost for good";
  ASSERT_TRUE(settings->set("llm.openrouter.api_key", std::string(canary) + "openrouter"));
  expect_canaries(*settings);
  EXPECT_TRUE(settings->rotate_master_key());
}

TEST_F(VaultTest, RotationChangesKeyAndEverySecret) {
  write_canaries();
  const auto key_before = content_of(data_ / "master.key");
  const auto other = open();
  const auto settings = open();
  ASSERT_TRUE(settings->rotate_master_key());
  const auto key_after = content_of(data_ / "master.key");
  EXPECT_NE(key_before, key_after);
  EXPECT_THAT(MasterKey::parse(key_after).value(), SizeIs(1)) << "the old key is gone";
  expect_canaries(*settings);
  ASSERT_TRUE(other->reload()) << "who has the old key in memory looks for the new one";
  expect_canaries(*other);
  ASSERT_TRUE(other->set("llm.openai.api_key", canary));
  expect_canaries(*open());
}

TEST_F(VaultTest, ARotationKilledAfterAnyStepLosesNothing) {
  for (const auto step : {RotationStep::new_key_kept, RotationStep::resealed,
                          RotationStep::committed, RotationStep::old_key_dropped}) {
    std::filesystem::remove_all(data_);
    write_canaries();
    ASSERT_EQ(rotate_killed_after(step), 128 + SIGKILL);
    const auto settings = open();
    ASSERT_NE(settings, nullptr) << static_cast<int>(step);
    expect_canaries(*settings);
    ASSERT_TRUE(settings->set("llm.openai.api_key", canary));
    ASSERT_TRUE(settings->rotate_master_key());
    EXPECT_THAT(MasterKey::parse(content_of(data_ / "master.key")).value(), SizeIs(1));
    expect_canaries(*open());
  }
}

// Readers and rotations in processes of their own, all at once.
TEST_F(VaultTest, ReadersInOtherProcessesSeeEverySecretWhileItRotates) {
  write_canaries();
  std::vector<pid_t> children;
  for (int number = 0; number < 3; ++number) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const auto settings = open();
      bool fine = settings != nullptr;
      for (int round = 0; fine && round < 10; ++round) {
        fine = number == 0 ? settings->rotate_master_key().has_value()
                           : settings->reload().has_value();
        if (fine) expect_canaries(*settings);
      }
      ::_exit(fine && !HasFailure() ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  expect_canaries(*open());
}

TEST_F(VaultTest, AKeyOfTheEnvironmentIsRotatedByPuttingANewOneBeforeIt) {
  variables_["TOLLWAY_MASTER_KEY"] = key_a;
  write_canaries();
  const auto refused = open()->rotate_master_key();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_THAT(refused.error().message, HasSubstr("put it there before the old one with a comma"));
  expect_canaries(*open());

  variables_["TOLLWAY_MASTER_KEY"] = fmt::format("{},{}", key_b, key_a);
  ASSERT_TRUE(open()->rotate_master_key());
  variables_["TOLLWAY_MASTER_KEY"] = key_b;
  expect_canaries(*open());
}

}  // namespace
}  // namespace tollway::settings
