#include "upstreams.hpp"

#include "client/provider_upstream.hpp"
#include "settings/settings_test.hpp"

namespace tollway {
namespace {

using testing::ElementsAre;

class UpstreamsTest : public settings::SettingsTest {
 protected:
  [[nodiscard]] Installation installation() const {
    Installation made;
    made.providers = discover_providers();
    made.settings = open();
    made.snapshot = made.settings->snapshot();
    return made;
  }
  void add_key(std::string provider, std::string label, std::string key, int weight = 1) const {
    const auto added = open()->add_key({.provider = std::move(provider),
                                        .label = std::move(label),
                                        .environment = "production",
                                        .weight = weight,
                                        .key = Secret(std::move(key))});
    ASSERT_TRUE(added) << added.error().message;
  }
  static std::shared_ptr<const providers::OpenAICompatibleProvider> provider(
      const Installation& from, std::string_view key) {
    const auto found = from.provider(key);
    auto made = client::upstream_of(**found, from.snapshot);
    EXPECT_TRUE(made);
    return std::make_shared<const providers::OpenAICompatibleProvider>(std::move(*made));
  }
  // "groq second 2"
  static std::vector<std::string> rows(const dispatch::Upstreams& upstreams) {
    std::vector<std::string> all;
    for (const auto& upstream : upstreams.all) {
      all.push_back(std::string(upstream.provider->key()) + " " + upstream.key_name + " " +
                    std::to_string(static_cast<int>(upstream.weight)));
    }
    return all;
  }
};

TEST_F(UpstreamsTest, AreAllWhoAreConfiguredTheDefaultFirst) {
  variables_["OPENROUTER_API_KEY"] = "sk-or-v1-0123456789abcdef";
  variables_["GROQ_API_KEY"] = "gsk_0123456789abcdef";
  variables_["TOLLWAY_LLM_OLLAMA_URL"] = "http://127.0.0.1:11434/v1";
  const Installation all = installation();
  dispatch::Standings standings;
  const auto made = make_upstreams(all, provider(all, "openrouter"), standings);
  EXPECT_THAT(rows(*made),
              ElementsAre("openrouter OPENROUTER_API_KEY 1", "groq GROQ_API_KEY 1", "ollama  1"));
  const auto other = make_upstreams(all, provider(all, "groq"), standings);
  EXPECT_EQ(other->all[0].provider->key(), "groq");
  EXPECT_EQ(other->all[0].key, made->all[1].key) << "a reload keeps how its keys do";
}

TEST_F(UpstreamsTest, HaveEachKeyOfAProviderWithItsWeight) {
  add_key("groq", "first", "gsk_0123456789abcdef", 3);
  add_key("groq", "second", "gsk_fedcba9876543210", 2);
  add_key("openrouter", "", "sk-or-v1-0123456789abcdef");
  add_key("openrouter", "heavy", "sk-or-v1-fedcba9876543210", 7);
  const Installation all = installation();
  dispatch::Standings standings;
  const auto made = make_upstreams(all, provider(all, "openrouter"), standings);
  EXPECT_THAT(rows(*made), ElementsAre("openrouter heavy 7", "openrouter default 1", "groq first 3",
                                       "groq second 2"));
  http::Head client;
  std::string head;
  made->all[3].provider->write_head({.method = "POST",
                                     .path = "chat/completions",
                                     .query = {},
                                     .model = {},
                                     .client_head = client,
                                     .body_size = 0},
                                    head);
  EXPECT_THAT(head, testing::HasSubstr("Bearer gsk_fedcba9876543210"));
}

TEST_F(UpstreamsTest, EachKeyHasTheLimitsOfItsProvider) {
  variables_["TOLLWAY_LLM_GROQ_CONCURRENT_MAX"] = "1";
  add_key("groq", "first", "gsk_0123456789abcdef", 3);
  add_key("groq", "second", "gsk_fedcba9876543210", 2);
  const Installation all = installation();
  dispatch::Standings standings;
  const auto made = make_upstreams(all, provider(all, "groq"), standings);
  const routing::TimePoint now{std::chrono::hours(1)};
  for (const auto& upstream : made->all) {
    EXPECT_TRUE(upstream.key->limiter.enter(1, now));
    EXPECT_FALSE(upstream.key->limiter.enter(1, now));
  }
}

TEST_F(UpstreamsTest, KeysShareTheLimitsThatSaySo) {
  variables_["TOLLWAY_LLM_GROQ_SHARED_LIMITS"] =
      R"({"*":{"concurrent_max":2},"llama":{"concurrent_max":1}})";
  add_key("groq", "first", "gsk_0123456789abcdef", 3);
  add_key("groq", "second", "gsk_fedcba9876543210", 2);
  const Installation all = installation();
  EXPECT_TRUE(check_limits(all));
  dispatch::Standings standings;
  const auto made = make_upstreams(all, provider(all, "groq"), standings);
  const routing::Standing& first = standings.endpoint("groq", "first", "meta/llama");
  const routing::Standing& second = standings.endpoint("groq", "second", "meta/llama");
  ASSERT_NE(first.of_provider.load(), nullptr);
  EXPECT_EQ(first.of_provider.load(), second.of_provider.load());
  ASSERT_NE(first.of_model.load(), nullptr);
  EXPECT_EQ(first.of_model.load(), second.of_model.load());
  EXPECT_EQ(standings.endpoint("groq", "first", "meta/other").of_model.load(), nullptr);

  variables_["TOLLWAY_LLM_GROQ_SHARED_LIMITS"] = R"({"*":{"concurrent":2}})";
  const auto wrong = check_limits(installation());
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, testing::HasSubstr("llm.groq.shared_limits"));
}

TEST_F(UpstreamsTest, AKeyThatRetiresIsAskedWhereNoOtherIsLeft) {
  add_key("groq", "only", "gsk_0123456789abcdef", 3);
  const auto rotated = open()->rotate_key(
      "groq", "only", Secret("gsk_fedcba9876543210"), [](const Secret&) { return Result<>(); },
      std::chrono::hours(1));
  ASSERT_TRUE(rotated) << rotated.error().message;
  const Installation all = installation();
  dispatch::Standings standings;
  const auto made = make_upstreams(all, provider(all, "groq"), standings);
  ASSERT_EQ(made->all.size(), 2);
  EXPECT_EQ(made->all[0].weight, 3);
  EXPECT_EQ(made->all[1].weight, 0);
}

TEST_F(UpstreamsTest, AKeyThatIsAnotherVendorsIsLeftOut) {
  add_key("groq", "first", "gsk_0123456789abcdef", 3);
  add_key("groq", "wrong", "sk-or-v1-fedcba9876543210", 2);
  const Installation all = installation();
  dispatch::Standings standings;
  EXPECT_THAT(rows(*make_upstreams(all, provider(all, "groq"), standings)),
              ElementsAre("groq first 3"));
}

}  // namespace
}  // namespace tollway
