// Where the gateway's settings come from, and what they make it ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "support/dialects.hpp"
#include "support/gateway_process.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto chat_path = "/api/v1/chat/completions";
constexpr auto chat_body = R"({"messages":[{"role":"user","content":"Good morning"}]})";
constexpr std::string_view own_key = "sk-own-canary-77c1e09b2f";

class Configuration : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (files_.path() / name).string();
  }
  void write_config(const std::string& text) const {
    replace_file(files_.path() / "tollway.toml", text);
    std::filesystem::permissions(
        files_.path() / "tollway.toml",
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  [[nodiscard]] Finished refused(std::map<std::string, std::string> environment) const {
    return run_tollway({"serve", "--listen", "127.0.0.1:0", "--data", path("data")},
                       std::move(environment));
  }
  // The gateway with this test's tollway.toml and data directory.
  [[nodiscard]] GatewayOptions configured() const {
    return {.flags = {"--config", path("tollway.toml")}, .data = path("data")};
  }
  static FaultUpstream::Script answering() {
    return FaultUpstream::answering(json_answer(chat_dialect().json));
  }

  TemporaryDirectory files_;
};

TEST_F(Configuration, store_and_file_decide_who_is_asked) {
  const FaultUpstream upstream(answering());
  const auto added = run_tollway(
      {"settings", "set", "llm.provider", "openai_endpoint", "--data", path("data")}, {});
  ASSERT_EQ(added.exit_code, 0) << added.err;
  write_config("[llm.openai_endpoint]\nurl = \"" + upstream.url() + "\"\napi_key = \"" +
               std::string(own_key) + "\"\n[llm]\nmodel = \"own-model\"\n");
  const Gateway gateway(configured());
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  const auto request = upstream.request();
  EXPECT_EQ(request.target, "/api/v1/chat/completions");
  EXPECT_EQ(request.headers.find("authorization"), "Bearer " + std::string(own_key));
  EXPECT_THAT(request.body, HasSubstr(R"("model":"own-model")"));
  EXPECT_EQ(gateway.record().text("provider"), "openai_endpoint");
}

TEST_F(Configuration, a_local_server_is_asked_without_a_key) {
  const FaultUpstream upstream(answering());
  const Gateway gateway({.environment = {{"TOLLWAY_LLM_PROVIDER", "vllm"},
                                         {"TOLLWAY_LLM_MODEL", "qwen3"},
                                         {"TOLLWAY_LLM_VLLM_URL", upstream.url_for("127.0.0.1")}}});
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  EXPECT_EQ(upstream.request().headers.find("authorization"), std::nullopt);
}

TEST_F(Configuration, a_deployment_has_its_own_path) {
  const FaultUpstream upstream(answering());
  const Gateway gateway({.environment = {{"TOLLWAY_LLM_PROVIDER", "azure"},
                                         {"AZURE_OPENAI_API_KEY", std::string(own_key)},
                                         {"TOLLWAY_LLM_AZURE_URL", upstream.url()}}});
  EXPECT_EQ(gateway.post(chat_path, R"({"model":"gpt-4o","messages":[]})").status, 200);
  EXPECT_EQ(gateway.post(chat_path, R"({"model":"../o 3","messages":[]})").status, 200);
  EXPECT_THAT(upstream.request(0).target,
              testing::StartsWith("/api/v1/openai/deployments/gpt-4o/chat/completions?"));
  EXPECT_THAT(upstream.request(1).target,
              testing::StartsWith("/api/v1/openai/deployments/..%2Fo%203/chat/completions?"));
  EXPECT_EQ(upstream.request().headers.find("api-key"), own_key);
}

TEST_F(Configuration, what_is_missing_is_named) {
  const auto no_key = refused({{"TOLLWAY_LLM_PROVIDER", "groq"}});
  EXPECT_EQ(no_key.exit_code, 1);
  EXPECT_THAT(no_key.err, HasSubstr("llm.groq.api_key"));
  EXPECT_THAT(no_key.err, HasSubstr("GROQ_API_KEY"));
  const auto nobody = refused({{"TOLLWAY_LLM_PROVIDER", "grok"}});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("no provider is called grok"));
  const auto no_file =
      run_tollway({"serve", "--config", path("nowhere.toml"), "--data", path("data")}, {});
  EXPECT_EQ(no_file.exit_code, 2);
  EXPECT_THAT(no_file.err, HasSubstr("nowhere.toml"));
}

// What may be private is decided by who wrote it (tests.md S01).
TEST_F(Configuration, a_private_address_of_the_store_is_not_dialled_unasked) {
  const FaultUpstream upstream(answering());
  const std::map<std::string, std::string> groq = {{"TOLLWAY_LLM_PROVIDER", "groq"},
                                                   {"GROQ_API_KEY", "gsk_canary_5503be11"}};
  const auto set = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"settings",     "set",    "llm.groq.url",
                                      upstream.url(), "--data", path("data")};
    words.insert(words.end(), more.begin(), more.end());
    return run_tollway(words, {});
  };
  const auto unasked = set({});
  EXPECT_EQ(unasked.exit_code, 1);
  EXPECT_THAT(unasked.err, HasSubstr("private"));
  ASSERT_EQ(set({"--allow-private"}).exit_code, 0);
  const Gateway gateway({.environment = groq, .data = path("data")});
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
}

TEST_F(Configuration, P14_a_reload_changes_the_provider_or_nothing) {
  const FaultUpstream first(answering());
  const FaultUpstream second(answering());
  const auto config = [](const FaultUpstream& upstream) {
    return "[llm]\nprovider = \"mine\"\nmodel = \"m\"\n[llm.mine]\nurl = \"" + upstream.url() +
           "\"\n";
  };
  std::filesystem::create_directory(files_.path() / "providers");
  replace_file(files_.path() / "providers" / "mine.toml",
               "key = \"mine\"\nname = \"My own\"\nkind = \"local\"\n"
               "base_url = \"http://127.0.0.1:1/v1\"\n[api_key]\nuse = \"none\"\n");
  write_config(config(first));
  Gateway gateway(configured());
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  EXPECT_EQ(first.request_count(), 1);

  write_config("[llm\n");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until(
      [&] { return gateway.standard_error().find("going on as before") != std::string::npos; }));
  EXPECT_THAT(gateway.standard_error(), HasSubstr("tollway.toml:1"));
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  EXPECT_EQ(first.request_count(), 2);

  write_config(config(second));
  gateway.process().signal(SIGHUP);
  // Each of its threads takes it.
  EXPECT_TRUE(wait_until([&] {
    const int before = second.request_count();
    for (int i = 0; i < 8; ++i) static_cast<void>(gateway.post(chat_path, chat_body));
    return second.request_count() == before + 8;
  }));
}

}  // namespace
}  // namespace tollway::test
