// The rules of create_llm(): which model, how warm, how long, with which key, at which address.
#include <cmath>

#include "providers/each_provider.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view nowhere = "http://127.0.0.1:1/v1";

LlmOptions options_with(Values values) {
  LlmOptions options;
  options.settings = settings_for("openai", nowhere, provider_key_canary, std::move(values));
  return options;
}

Result<ChatModel> made(const LlmOptions& options, std::string_view model = "author/model",
                       std::optional<double> temperature = std::nullopt) {
  return provider_called("openai")->create_llm(model, temperature, options);
}

// "" where a model was made, else what was said.
std::string refusal(const LlmOptions& options, std::string_view model = "author/model",
                    std::optional<double> temperature = std::nullopt) {
  const auto tried = made(options, model, temperature);
  if (tried) return "";
  EXPECT_TRUE(tried.error().code == Errc::bad_request ||
              tried.error().code == Errc::not_configured);
  return tried.error().message;
}

TEST(CreateLlm, TakesTheModelThatIsNamedThenTheSettingThenTheProvidersOwn) {
  const Values set{{"llm.model", "of/the-settings"}};
  EXPECT_EQ(made(options_with(set), "named")->model_name(), "named");
  EXPECT_EQ(made(options_with(set), "")->model_name(), "of/the-settings");
  EXPECT_EQ(made(options_with({}), "")->model_name(), "gpt-4.1-mini");
  LlmOptions options;
  options.settings = settings_for("openrouter", "");
  EXPECT_EQ(create_openrouter_llm("", std::nullopt, options)->model_name(),
            "meta-llama/llama-3.2-3b-instruct:free");
}

TEST(CreateLlm, WithoutAnyModelNamesTheSettingAndTheVariable) {
  LlmOptions options;
  options.settings = settings_for("ollama", "");
  const auto tried = provider_called("ollama")->create_llm("", std::nullopt, options);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, Errc::not_configured);
  EXPECT_THAT(tried.error().message, HasSubstr("llm.model"));
  EXPECT_THAT(tried.error().message, HasSubstr("TOLLWAY_LLM_MODEL"));
}

TEST(CreateLlm, AModelsNameHasNoSpacesAndAnEnd) {
  for (const std::string& name :
       {std::string("a b"), std::string("a\r\nb"), std::string(257, 'a')}) {
    EXPECT_THAT(refusal(options_with({}), name), HasSubstr("expected a model's name"));
  }
}

TEST(CreateLlm, TheTemperatureIsGivenThenSetThenSevenTenths) {
  const Values set{{"llm.temperature", "0.2"}};
  EXPECT_DOUBLE_EQ(made(options_with(set), "m", 1.5)->temperature(), 1.5);
  EXPECT_DOUBLE_EQ(made(options_with(set), "m", 0)->temperature(), 0);
  EXPECT_DOUBLE_EQ(made(options_with(set), "m")->temperature(), 0.2);
  EXPECT_DOUBLE_EQ(made(options_with({}), "m")->temperature(), 0.7);
}

TEST(CreateLlm, TheTemperatureIsHeldToItsRange) {
  for (const double temperature : {-0.1, 2.1, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT(refusal(options_with({}), "m", temperature), HasSubstr("temperature of 0 to 2"));
  }
}

TEST(CreateLlm, MaxTokensIsAtMostFourFifthsOfTheContextWindow) {
  const auto tokens = [](Values values, std::optional<std::int64_t> given = std::nullopt) {
    LlmOptions options = options_with(std::move(values));
    options.max_tokens = given;
    return made(options, "unheard/of-model")->max_tokens();
  };
  EXPECT_EQ(tokens({}), std::nullopt);
  EXPECT_EQ(tokens({{"llm.max_tokens", "500"}}), 500);
  EXPECT_EQ(tokens({{"llm.max_tokens", "500"}}, 7), 7) << "what is given comes first";
  EXPECT_EQ(tokens({{"llm.max_tokens", "799"}, {"llm.context_window_size", "1000"}}), 799);
  EXPECT_EQ(tokens({{"llm.max_tokens", "801"}, {"llm.context_window_size", "1000"}}), 800);
  EXPECT_EQ(tokens({{"llm.context_window_size", "1001"}}, 5000), 800) << "rounded down";
  EXPECT_EQ(tokens({{"llm.context_window_size", "1000"}}), std::nullopt) << "nobody asked for one";
}

TEST(CreateLlm, TheContextWindowIsTheListsWhereNothingIsSet) {
  const FaultUpstream upstream(FaultUpstream::answering(
      json_answer(R"({"data":[{"id":"author/model","context_length":100}]})")));
  LlmOptions options;
  options.settings = settings_for("openai", url_at(upstream, "/v1"));
  options.max_tokens = 1000;
  const auto provider = provider_called("openai");
  EXPECT_EQ(provider->create_llm("author/model", std::nullopt, options)->max_tokens(), 1000);
  ASSERT_TRUE(provider->list_models(options.settings));
  EXPECT_EQ(provider->create_llm("author/model", std::nullopt, options)->max_tokens(), 80);
}

TEST(CreateLlm, MaxTokensIsAtLeastOne) {
  for (const std::int64_t tokens : {0, -1}) {
    LlmOptions options = options_with({});
    options.max_tokens = tokens;
    EXPECT_THAT(refusal(options), HasSubstr("max_tokens of at least 1"));
  }
}

TEST(CreateLlm, TimeoutAndRetriesAreBounded) {
  using namespace std::chrono_literals;
  for (const auto timeout : {999ms, std::chrono::milliseconds(30min) + 1ms, -1ms, 0ms}) {
    LlmOptions options = options_with({});
    options.request_timeout = timeout;
    EXPECT_THAT(refusal(options), HasSubstr("request timeout of 1 s to 30 min")) << timeout.count();
  }
  for (const int retries : {-1, 11}) {
    LlmOptions options = options_with({});
    options.max_retries = retries;
    EXPECT_THAT(refusal(options), HasSubstr("expected 0 to 10 retries")) << retries;
  }
  for (const auto& [key, value] : Values{{"llm.request_timeout", "0"},
                                         {"llm.request_timeout", "1801"},
                                         {"llm.max_retries", "-1"},
                                         {"llm.max_retries", "11"}}) {
    EXPECT_FALSE(SettingsSnapshot::from({{key, value}})) << key << value;
  }
}

TEST(CreateLlm, RetriesAreThoseThatAreSet) {
  for (const int retries : {0, 1}) {
    const FaultUpstream upstream(
        FaultUpstream::answering(answer(503, "application/json", R"({"error":{"message":"x"}})")));
    LlmOptions options;
    options.settings = settings_for("openai", url_at(upstream, "/v1"), provider_key_canary,
                                    {{"llm.max_retries", std::to_string(retries)}});
    EXPECT_FALSE(made(options)->invoke("Hello"));
    EXPECT_EQ(upstream.request_count(), 1 + retries);
  }
}

TEST(CreateLlm, TheTimeoutEndsACall) {
  const FaultUpstream upstream(
      [](UpstreamConnection& connection) { connection.stall_until_hangup(); });
  LlmOptions options;
  options.settings = settings_for("openai", url_at(upstream, "/v1"), provider_key_canary,
                                  {{"llm.request_timeout", "1"}, {"llm.max_retries", "0"}});
  const Stopwatch watch;
  const auto reply = made(options)->invoke("Hello");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::upstream_timeout);
  EXPECT_GE(watch.elapsed(), 900ms);
  EXPECT_LE(watch.elapsed(), 5s);
}

TEST(ProviderKey, IsTrimmedOfWhatWasPastedWithIt) {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(R"({"data":[]})")));
  const auto provider = provider_called("openai");
  const Secret pasted(" \"Bearer " + std::string(provider_key_canary) + "\"\r\n");
  ASSERT_TRUE(provider->list_models_for_api(&pasted, url_at(upstream, "/v1")));
  EXPECT_EQ(upstream.request().headers.find("authorization"),
            "Bearer " + std::string(provider_key_canary));
}

TEST(ProviderKey, ThatCannotBeSentIsRefusedUnquoted) {
  for (const std::string& wrong :
       {std::string("two words canary"), std::string("canary\r\nX: y"),
        std::string("canary-\xc3\xa4"), std::string(9000, 'k') + "canary"}) {
    const Secret key(wrong);
    const auto models = provider_called("openai")->list_models_for_api(&key, nowhere);
    ASSERT_FALSE(models);
    EXPECT_EQ(models.error().code, Errc::not_configured);
    EXPECT_THAT(models.error().message, Not(HasSubstr("canary")));
    EXPECT_THAT(models.error().message, HasSubstr("llm.openai.api_key"));
  }
}

TEST(ProviderKey, OfAnotherVendorIsNotSentToThisOne) {
  LlmOptions options;
  options.settings = settings_for("openai", "", "sk-or-v1-canary");
  const auto tried = provider_called("openai")->create_llm("m", std::nullopt, options);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, Errc::not_configured);
  EXPECT_THAT(tried.error().message, HasSubstr("looks like one of OpenRouter"));
  EXPECT_THAT(tried.error().message, Not(HasSubstr("canary")));
  EXPECT_FALSE(provider_called("openai")->is_available(options.settings).available);
}

TEST(ProviderKey, OfAnotherVendorMayBeMeantForAUrlOfTheUsersOwn) {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(R"({"data":[]})")));
  const auto settings = settings_for("openai", url_at(upstream, "/v1"), "sk-or-v1-for-a-proxy");
  EXPECT_TRUE(provider_called("openai")->list_models(settings));
  EXPECT_EQ(upstream.request().headers.find("authorization"), "Bearer sk-or-v1-for-a-proxy");
}

TEST(ProviderAddress, OfTheStoreIsPrivateOnlyWhereAllowedByName) {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(R"({"data":[]})")));
  const TemporaryDirectory files;
  Settings::Options how;
  how.data_directory = files.path().string();
  how.environment = [](const char*) { return std::nullopt; };
  const auto settings = *Settings::open(how);
  ASSERT_TRUE(settings->set("llm.openai.api_key", provider_key_canary));
  ASSERT_TRUE(settings->set("llm.openai.url", url_at(upstream, "/v1")));
  const auto provider = provider_called("openai");
  const auto refused = provider->list_models(settings->snapshot());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::address_refused);
  EXPECT_EQ(upstream.connection_count(), 0);
  ASSERT_TRUE(settings->set("llm.openai.url", url_at(upstream, "/v1"), true));
  EXPECT_TRUE(provider->list_models(settings->snapshot()));
}

TEST(ProviderAddress, OfEnvironmentAndFileIsTheOperatorsWord) {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(R"({"data":[]})")));
  const TemporaryDirectory files;
  const auto url = url_at(upstream, "/v1");
  const auto models_by = [&](const std::string& variable, const std::string& file) {
    Settings::Options how;
    how.environment = [&](const char* name) -> std::optional<std::string> {
      if (std::string_view(name) == "TOLLWAY_LLM_OPENAI_URL" && !variable.empty()) return variable;
      if (std::string_view(name) == "OPENAI_API_KEY") return std::string(provider_key_canary);
      return std::nullopt;
    };
    how.config_file = file;
    return provider_called("openai")->list_models((*Settings::open(how))->snapshot());
  };
  EXPECT_TRUE(models_by(url, ""));
  const auto file = files.write("tollway.toml", fmt::format("[llm.openai]\nurl = '{}'\n", url));
  EXPECT_TRUE(models_by("", file.string()));
}

}  // namespace
}  // namespace tollway::test
