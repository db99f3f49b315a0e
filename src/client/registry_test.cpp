#include "tollway/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.hpp"

namespace tollway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A factory that is recognised by what it says.
LlmFactory saying(std::string what) {
  return [what = std::move(what)](std::string_view, std::optional<double>,
                                  const LlmOptions&) -> Result<ChatModel> {
    return client_error(Errc::bad_request, what);
  };
}

std::string said(const LlmRegistry& registry, std::string_view name, std::string_view user = {}) {
  const auto factory = registry.get(name, user);
  if (!factory) return "not there";
  return (*factory)("m", std::nullopt, {}).error().message;
}

TEST(LlmRegistry, FindsWhatWasRegisteredWhateverTheCase) {
  LlmRegistry registry;
  ASSERT_TRUE(registry.register_llm("OpenRouter", saying("a")));
  for (const auto* name : {"openrouter", "OPENROUTER", "OpenRouter"}) {
    EXPECT_TRUE(registry.is_registered(name));
    EXPECT_EQ(said(registry, name), "a");
  }
  EXPECT_THAT(registry.list_registered(), ElementsAre("openrouter"));
  ASSERT_TRUE(registry.register_llm("OPENROUTER", saying("b")));
  EXPECT_EQ(said(registry, "openrouter"), "b") << "replaced";
  EXPECT_TRUE(registry.unregister_llm("oPENrOUTER"));
  EXPECT_FALSE(registry.unregister_llm("openrouter"));
  EXPECT_FALSE(registry.is_registered("openrouter"));
}

TEST(LlmRegistry, AUsersEntryShadowsTheSharedOneForThatUserAlone) {
  LlmRegistry registry;
  ASSERT_TRUE(registry.register_llm("model", saying("shared")));
  ASSERT_TRUE(registry.register_llm("model", saying("ada's"), "ada"));
  EXPECT_EQ(said(registry, "model"), "shared");
  EXPECT_EQ(said(registry, "model", "ada"), "ada's");
  EXPECT_EQ(said(registry, "model", "bob"), "shared");
  EXPECT_EQ(said(registry, "model", "Ada"), "shared") << "users are told apart by case";
  EXPECT_TRUE(registry.unregister_llm("model", "ada"));
  EXPECT_EQ(said(registry, "model", "ada"), "shared");
  EXPECT_FALSE(registry.unregister_llm("model", "ada")) << "the shared one is not hers";
  EXPECT_TRUE(registry.is_registered("model"));
}

TEST(LlmRegistry, ListsWhatTheUserSeesSortedEachNameOnce) {
  LlmRegistry registry;
  for (const auto* name : {"zebra", "Ant", "mole"}) {
    ASSERT_TRUE(registry.register_llm(name, saying("")));
  }
  for (const auto* name : {"bee", "mole"}) {
    ASSERT_TRUE(registry.register_llm(name, saying(""), "ada"));
  }
  EXPECT_THAT(registry.list_registered(), ElementsAre("ant", "mole", "zebra"));
  EXPECT_THAT(registry.list_registered("ada"), ElementsAre("ant", "bee", "mole", "zebra"));
  registry.clear("ada");
  EXPECT_THAT(registry.list_registered("ada"), ElementsAre("ant", "mole", "zebra"));
  registry.clear();
  EXPECT_THAT(registry.list_registered(), IsEmpty());
  registry.clear("nobody");
}

TEST(LlmRegistry, RefusalsSayWhatWasExpected) {
  LlmRegistry registry;
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a/b"),
                                  std::string("\xc3\xa4"), std::string(129, 'a')}) {
    const auto refused = registry.register_llm(name, saying(""));
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Errc::bad_request);
    EXPECT_THAT(refused.error().message, HasSubstr("expected a name of 1 to 128 letters"));
  }
  EXPECT_THAT(registry.register_llm("a", {}).error().message, HasSubstr("came an empty one"));
  EXPECT_EQ(registry.get("a").error().message, "no model is registered");
  ASSERT_TRUE(registry.register_llm("b", saying("")));
  EXPECT_EQ(registry.get("a").error().code, Errc::not_found);
  EXPECT_THAT(registry.get("a").error().message, HasSubstr("registered are b"));
}

TEST(LlmRegistry, ADefaultOneIsThereAndNoneIsForced) {
  EXPECT_EQ(&LlmRegistry::global(), &LlmRegistry::global());
  LlmRegistry own;
  ASSERT_TRUE(own.register_llm("only-mine", saying("")));
  EXPECT_FALSE(LlmRegistry::global().is_registered("only-mine"));
}

// A factory that registers others while it is being replaced must not meet a held lock.
TEST(LlmRegistry, AFactoryMayUseTheRegistry) {
  LlmRegistry registry;
  ASSERT_TRUE(registry.register_llm("outer", [&](auto, auto, const auto&) -> Result<ChatModel> {
    EXPECT_TRUE(registry.register_llm("inner", saying("")));
    return client_error(Errc::bad_request, registry.is_registered("inner") ? "yes" : "no");
  }));
  EXPECT_EQ(said(registry, "outer"), "yes");
}

TEST(LlmRegistry, ManyThreadsUseItAtOnce) {
  LlmRegistry registry;
  ASSERT_TRUE(registry.register_llm("shared", saying("shared")));
  constexpr int rounds = 300;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (const std::string user : {"ada", "bob", "eve", "joe"}) {
    threads.emplace_back([&, user] {
      for (int round = 0; round < rounds; ++round) {
        const auto name = "model-" + std::to_string(round % 7);
        if (!registry.register_llm(name, saying(user), user)) ++wrong;
        if (said(registry, name, user) != user) ++wrong;
        if (said(registry, "shared", user) != "shared") ++wrong;
        if (registry.list_registered(user).size() < 2) ++wrong;
        if (!registry.unregister_llm(name, user)) ++wrong;
        if (registry.is_registered(name, user)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_THAT(registry.list_registered("ada"), ElementsAre("shared"));
}

}  // namespace
}  // namespace tollway
