#include "settings/master_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr const char* base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr const char* other = "f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff";

MasterKey key_of(const char* text) {
  return std::move(MasterKey::parse(text).value().front());
}

TEST(MasterKey, HexAndBase64AreTheSameKey) {
  for (const auto* text : {base64, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}) {
    EXPECT_EQ(key_of(text).id(), key_of(hex).id());
  }
  EXPECT_EQ(key_of(base64).to_hex().reveal(), hex);
  EXPECT_NE(key_of(other).id(), key_of(hex).id());
  EXPECT_EQ(key_of(hex).id().size(), 32U);
}

TEST(MasterKey, SeveralKeysAndComments) {
  const auto keys = MasterKey::parse(std::string("# kept\n") + hex + ",\n" + other + "\n");
  ASSERT_TRUE(keys) << keys.error().message;
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[1].id(), key_of(other).id());
}

TEST(MasterKey, S06_what_is_no_key_is_not_quoted) {
  const std::string zeros(64, '0');
  for (const std::string& text :
       {std::string(), std::string(hex).substr(1), zeros, std::string("canary-canary-canary"),
        std::string(hex) + "canary", std::string(hex) + " canary"}) {
    const auto keys = MasterKey::parse(text);
    ASSERT_FALSE(keys) << text;
    EXPECT_THAT(keys.error().message, HasSubstr("64 hexadecimal digits"));
    EXPECT_THAT(keys.error().message, Not(HasSubstr("canary")));
    EXPECT_THAT(keys.error().message, Not(HasSubstr("0102")));
  }
}

TEST(MasterKey, OpensWhatItSealed) {
  const auto key = key_of(hex);
  const SecretPlace place{.setting = "llm.openai.api_key", .api_key_id = 3};
  const auto sealed = key.seal(Secret("sk-abc"), place);
  EXPECT_THAT(sealed, Not(HasSubstr("sk-abc")));
  EXPECT_NE(sealed, key.seal(Secret("sk-abc"), place)) << "each has a nonce of its own";
  const auto opened = key.open(sealed, place);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "sk-abc");
}

TEST(MasterKey, WhatIsMovedOrChangedDoesNotOpen) {
  const auto key = key_of(hex);
  const SecretPlace place{.setting = "llm.openai.api_key", .api_key_id = 3};
  const auto sealed = key.seal(Secret("sk-abc"), place);
  EXPECT_FALSE(key.open(sealed, {.setting = "llm.groq.api_key", .api_key_id = 3}));
  EXPECT_FALSE(key.open(sealed, {.setting = "llm.openai.api_key", .api_key_id = 4}));
  EXPECT_FALSE(key.open(sealed, {.setting = "llm.openai.api_key"}));
  EXPECT_FALSE(key_of(other).open(sealed, place));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(key.open(changed, place)) << at;
    EXPECT_FALSE(key.open(std::string_view(sealed).substr(0, at), place)) << at;
  }
}

}  // namespace
}  // namespace tollway::settings
