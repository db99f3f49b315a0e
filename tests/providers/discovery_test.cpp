// Which providers there are: built in, and of the user's own folder.
#include <algorithm>
#include <filesystem>

#include "providers/each_provider.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

std::vector<std::string> values_of(const std::vector<ProviderOption>& options) {
  std::vector<std::string> values;
  values.reserve(options.size());
  for (const auto& option : options) values.push_back(option.value);
  return values;
}

TEST(Discovery, IsInTheOrderOfTheKeys) {
  const auto values = values_of(get_provider_options());
  EXPECT_GE(values.size(), 28U);
  EXPECT_TRUE(std::ranges::is_sorted(values));
  EXPECT_EQ(values, values_of(get_provider_options()));
}

TEST(Discovery, OpenRouterIsItsOwnClassWithItsFacts) {
  const auto provider = provider_called("openrouter");
  EXPECT_NE(dynamic_cast<const OpenRouterProvider*>(provider.get()), nullptr);
  const ProviderInfo& info = provider->info();
  EXPECT_EQ(info.provider_name, "OpenRouter");
  EXPECT_EQ(info.provider_key, "OPENROUTER");
  EXPECT_EQ(info.api_key_setting, "llm.openrouter.api_key");
  EXPECT_EQ(info.default_base_url, "https://openrouter.ai/api/v1");
  EXPECT_EQ(info.default_model, "meta-llama/llama-3.2-3b-instruct:free");
  EXPECT_TRUE(info.is_cloud);
  EXPECT_FALSE(provider->requires_auth_for_models());
}

TEST(Discovery, AnUnknownKeyNamesTheNearest) {
  const auto unknown = get_provider_class("opnrouter");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  EXPECT_THAT(unknown.error().message, HasSubstr("OPENROUTER"));
}

TEST(Discovery, OffersWhatIsAvailableUnderTheSettings) {
  const FaultUpstream up(FaultUpstream::answering(json_answer(R"({"models":[]})")));
  const auto down = url_of_nobody("/v1");
  const auto settings = SettingsSnapshot::from({{"llm.groq.api_key", "gsk_abc"},
                                                {"llm.ollama.url", url_at(up, "/v1")},
                                                {"llm.llamacpp.url", down},
                                                {"llm.lmstudio.url", down},
                                                {"llm.vllm.url", down}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(values_of(get_available_provider_options(*settings)),
              testing::ElementsAre("GROQ", "OLLAMA"));
}

TEST(Discovery, ProbesOfLocalServersAreBounded) {
  const BlackHole nobody_answers;
  const auto url = fmt::format("http://127.0.0.1:{}/v1", nobody_answers.port());
  const auto settings = SettingsSnapshot::from({{"llm.ollama.url", url},
                                                {"llm.llamacpp.url", url},
                                                {"llm.lmstudio.url", url},
                                                {"llm.vllm.url", url}});
  const Stopwatch watch;
  EXPECT_TRUE(get_available_provider_options(*settings).empty());
  EXPECT_GE(watch.elapsed(), 1500ms);
  EXPECT_LE(watch.elapsed(), 6s) << "side by side";
}

TEST(Discovery, LocalServersTellOfLoadingAndQueueing) {
  const FaultUpstream llamacpp(FaultUpstream::answering([](const Request& request) {
    return request.target == "/health"
               ? answer(503, "application/json", R"({"error":{"message":"Loading model"}})")
               : json_answer(R"([{"is_processing":false}])");
  }));
  const auto loading =
      provider_called("llamacpp")->is_available(settings_for("llamacpp", url_at(llamacpp, "/v1")));
  EXPECT_TRUE(loading.available);
  EXPECT_EQ(loading.loading, true);
  EXPECT_THAT(loading.reason, HasSubstr("is loading a model"));
  const FaultUpstream vllm(FaultUpstream::answering([](const Request& request) {
    return request.target == "/health"
               ? answer(200, "text/plain", "")
               : answer(200, "text/plain", "vllm:num_requests_waiting{engine=\"0\"} 3.0\n");
  }));
  const auto queued =
      provider_called("vllm")->is_available(settings_for("vllm", url_at(vllm, "/v1")));
  EXPECT_EQ(queued.queued, 3);
  EXPECT_EQ(queued.loading, false);
}

// What a reload is to a program: the folder is looked through again, the registry filled anew.
TEST(Discovery, AgainFindsWhatCameIntoTheFolder) {
  const TemporaryDirectory folder;
  const auto before = discover_providers(folder.path().string());
  EXPECT_FALSE(get_provider_class("acme", before));
  folder.write("acme.toml", "key='acme'\nname='Acme'\nbase_url='https://a.example/v1'\n");
  const auto broken = folder.write("broken.toml", "key='broken'\nname=\n");
  const auto after = discover_providers(folder.path().string());
  EXPECT_EQ((*get_provider_class("ACME", after))->info().provider_name, "Acme");
  EXPECT_EQ(after.all.size(), before.all.size() + 1);
  ASSERT_EQ(after.problems.size(), 1U);
  EXPECT_EQ(after.problems[0].path, broken.string());
  EXPECT_THAT(after.problems[0].message, HasSubstr("broken.toml:2:6: expected TOML"));
  EXPECT_FALSE(get_provider_class("acme", before)) << "what was discovered before stays as it was";

  LlmRegistry registry;
  ASSERT_TRUE(register_providers(registry, before));
  EXPECT_FALSE(registry.is_registered("acme"));
  ASSERT_TRUE(register_providers(registry, after));
  EXPECT_TRUE(registry.is_registered("acme"));
  const auto factory = registry.get("acme");
  LlmOptions options;
  options.settings = settings_for("acme", "", "key-of-acme");
  EXPECT_EQ((*factory)("m", std::nullopt, options)->provider_key(), "ACME");
}

TEST(Discovery, ADescriptorBringsItsSettings) {
  const TemporaryDirectory folder;
  folder.write("acme.toml",
               "key='acme'\nname='Acme'\nbase_url='https://a.example/v1'\n"
               "[api_key]\nvariables=['ACME_KEY']\n");
  Settings::Options how;
  how.definitions = provider_setting_definitions(discover_providers(folder.path().string()));
  how.environment = [](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "ACME_KEY") return "key-of-acme";
    return std::nullopt;
  };
  const auto settings = Settings::open(how);
  ASSERT_TRUE(settings) << settings.error().message;
  const auto snapshot = (*settings)->snapshot();
  EXPECT_EQ(snapshot.secret("llm.acme.api_key")->reveal(), "key-of-acme");
  EXPECT_EQ(snapshot.source("llm.acme.api_key"), "ACME_KEY");
  EXPECT_NE((*settings)->definition("llm.acme.url"), nullptr);
}

// A program's own class beside those of descriptors.
TEST(Discovery, AProgramsOwnProviderNeedsNoDescriptor) {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(R"({"data":[{"id":"a"}]})")));
  const OpenAICompatibleProvider own({.provider_name = "Own",
                                      .provider_key = "OWN",
                                      .api_key_setting = "llm.own.api_key",
                                      .base_url_setting = "llm.own.url",
                                      .default_base_url = url_at(upstream, "/v1"),
                                      .default_model = "a",
                                      .company_name = {},
                                      .region = {},
                                      .country = {},
                                      .data_location = {}});
  EXPECT_FALSE(own.is_available(SettingsSnapshot()).available);
  const auto models = own.list_models(settings_for("own", "", provider_key_canary));
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models->at(0).id, "a");
  EXPECT_EQ(upstream.request().target, "/v1/models");
}

}  // namespace
}  // namespace tollway::test
