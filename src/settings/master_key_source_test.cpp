#include "settings/master_key_source.hpp"

#include <cstdlib>

#include "settings/settings_test.hpp"

namespace tollway::settings {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* key_a = "f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff";
constexpr const char* key_b = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

class MasterKeySourceTest : public SettingsTest {
 protected:
  MasterKeySourceTest() { std::filesystem::create_directory(data_); }

  Result<MasterKeySource> create(bool use_desktop_keyring = false) {
    return MasterKeySource::create({.environment = options().environment,
                                    .data_directory = data_.string(),
                                    .use_desktop_keyring = use_desktop_keyring,
                                    .keyring_patience = 20s});
  }
  std::string refusal_of_source() {
    const auto source = create();
    return source ? "created" : source.error().message;
  }
};

std::vector<std::string> ids_of(const MasterKeySource& source) {
  std::vector<std::string> ids;
  for (const MasterKey& key : source.load().value()) ids.push_back(key.id());
  return ids;
}

std::string id_of(const char* text) {
  return MasterKey::parse(text).value().front().id();
}

TEST_F(MasterKeySourceTest, TheFileIsMadeAtFirstUseForItsOwnerAlone) {
  const auto before = ::umask(0);
  const auto source = create();
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_FALSE(std::filesystem::exists(data_ / "master.key"));
  EXPECT_TRUE(ids_of(*source).empty());
  const auto made = source->make_first();
  ::umask(before);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(mode_of(data_ / "master.key"), 0600U);
  EXPECT_FALSE(std::filesystem::exists(data_ / "master.key.new"));
  EXPECT_EQ(ids_of(*source), std::vector{made->id()});
  EXPECT_FALSE(source->make_first()) << "a key is never overwritten";
  EXPECT_EQ(ids_of(*source), std::vector{made->id()});
}

TEST_F(MasterKeySourceTest, TheFileIsRefusedWhereOthersMayUseIt) {
  const auto file = write("data/master.key", key_a);
  for (const mode_t mode : {0640, 0604, 0620}) {
    ::chmod(file.c_str(), mode);
    EXPECT_THAT(refusal_of_source(),
                AllOf(HasSubstr("chmod 600"), HasSubstr("master.key"), Not(HasSubstr("f0e1"))));
  }
  ::chmod(file.c_str(), 0400);
  EXPECT_EQ(refusal_of_source(), "created");
}

TEST_F(MasterKeySourceTest, ADamagedFileIsRefusedAndLeftAsItIs) {
  const auto file = write("data/master.key", std::string(key_a).substr(0, 40));
  EXPECT_THAT(refusal_of_source(), AllOf(HasSubstr("master.key: expected a master key"),
                                         HasSubstr("put a copy"), Not(HasSubstr("f0e1"))));
  EXPECT_EQ(content_of(file).size(), 40U);
  write("data/master.key", "");
  EXPECT_THAT(refusal_of_source(), HasSubstr("there is none"));
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_THAT(refusal_of_source(), HasSubstr("is no regular file"));
}

TEST_F(MasterKeySourceTest, TheEnvironmentComesBeforeTheCredentialAndThatBeforeTheFile) {
  write("data/master.key", key_a);
  const auto credential = write("credentials/tollway-master-key", std::string(key_b) + "\n");
  ::chmod(credential.c_str(), 0440);  // as systemd has it
  variables_["CREDENTIALS_DIRECTORY"] = (folder_ / "credentials").string();
  const auto from_credential = create();
  ASSERT_TRUE(from_credential) << from_credential.error().message;
  EXPECT_EQ(ids_of(*from_credential), std::vector{id_of(key_b)});
  EXPECT_EQ(from_credential->name(), "the systemd credential tollway-master-key");
  EXPECT_FALSE(from_credential->can_replace());

  variables_["TOLLWAY_MASTER_KEY"] = key_a;
  const auto from_environment = create(true);
  ASSERT_TRUE(from_environment);
  EXPECT_EQ(ids_of(*from_environment), std::vector{id_of(key_a)});
  EXPECT_EQ(from_environment->name(), "TOLLWAY_MASTER_KEY");
  EXPECT_FALSE(from_environment->can_replace());
  EXPECT_FALSE(from_environment->make_first());

  variables_["TOLLWAY_MASTER_KEY"] = "canary";
  EXPECT_THAT(refusal_of_source(), AllOf(HasSubstr("TOLLWAY_MASTER_KEY: expected a master key"),
                                         Not(HasSubstr("canary"))));
}

// A secret-tool of our own, first in PATH, that keeps what it is given in a file.
class KeyringTest : public MasterKeySourceTest {
 protected:
  KeyringTest() : path_(std::getenv("PATH")) {
    secret_tool(R"(
test "$2 $3 $4 $5" = "application tollway master-key-of $DATA" ||
  test "$3 $4 $5 $6" = "application tollway master-key-of $DATA" || exit 9
case "$1" in
  lookup) cat "$KEPT" 2>/dev/null || exit 1 ;;
  store) cat >"$KEPT" ;;
esac)");
  }
  ~KeyringTest() override { ::setenv("PATH", path_.c_str(), 1); }

  void secret_tool(const std::string& script) {
    const auto program =
        write("bin/secret-tool", "#!/bin/sh\nKEPT=" + (folder_ / "kept").string() + "\nDATA=" +
                                     std::filesystem::canonical(data_).string() + "\n" + script);
    ::chmod(program.c_str(), 0700);
    ::setenv("PATH", ((folder_ / "bin").string() + ":" + path_).c_str(), 1);
  }

  std::string path_;
};

TEST_F(KeyringTest, KeepsTheKeyWhereThatIsAskedFor) {
  const auto source = create(true);
  ASSERT_TRUE(source);
  EXPECT_TRUE(ids_of(*source).empty());
  const auto made = source->make_first();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(ids_of(*source), std::vector{made->id()});
  EXPECT_FALSE(std::filesystem::exists(data_ / "master.key"));

  const auto next = MasterKey::generate().value();
  ASSERT_TRUE(source->replace({&next, &*made}));
  EXPECT_EQ(ids_of(*source), (std::vector{next.id(), made->id()}));
}

TEST_F(KeyringTest, WhatAFileHeldBeforeCanStillBeRead) {
  write("data/master.key", key_a);
  const auto source = create(true);
  ASSERT_TRUE(source);
  EXPECT_EQ(ids_of(*source), std::vector{id_of(key_a)});
}

TEST_F(KeyringTest, S06_a_keyring_that_fails_is_an_error_without_its_words) {
  for (const auto* script : {"echo canary >&2; exit 1", "echo canary; exit 2", "kill -9 $$"}) {
    secret_tool(script);
    const auto keys = create(true).value().load();
    ASSERT_FALSE(keys) << script;
    EXPECT_THAT(keys.error().message,
                AllOf(HasSubstr("the desktop's keyring cannot be used"), Not(HasSubstr("canary"))));
  }
  secret_tool("test $1 = lookup && exit 1; cat >/dev/null");
  const auto made = create(true).value().make_first();
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("it did not keep the key"));
  ::setenv("PATH", (folder_ / "nothing").c_str(), 1);
  EXPECT_THAT(create(true).value().load().error().message, HasSubstr("cannot run secret-tool"));
}

TEST_F(KeyringTest, OneThatHangsIsGivenUp) {
  secret_tool("exec sleep 100");
  const auto source = MasterKeySource::create({.environment = options().environment,
                                               .data_directory = data_.string(),
                                               .use_desktop_keyring = true,
                                               .keyring_patience = 50ms});
  EXPECT_THAT(source->load().error().message, HasSubstr("did not end within"));
}

}  // namespace
}  // namespace tollway::settings
