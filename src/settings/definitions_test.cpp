#include "settings/definitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "settings/definition_json.hpp"
#include "settings/embedded_definitions.hpp"
#include "settings/environment_layer.hpp"
#include "settings/provider_definitions.hpp"

namespace tollway::settings {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view json) {
  auto rows = parse_definitions(json, "a.json");
  if (!rows) return rows.error().message;
  const auto made = Definitions::create(std::move(*rows));
  return made ? "accepted" : made.error().message;
}

std::string definition_with(std::string_view fields) {
  return R"([{"key": "llm.a", "name": "A", "description": "An a.", "category": "c", )" +
         std::string(fields) + "}]";
}

TEST(Definitions, EveryFileIsWellFormed) {
  std::size_t count = 0;
  for (const auto& file : embedded_definitions()) {
    auto rows = parse_definitions(file.text, file.name);
    ASSERT_TRUE(rows) << rows.error().message;
    count += rows->size();
    for (const auto& row : *rows)
      count += row.url ? 10 : 0;  // a provider's limits, breaker, weight and policy
    const auto made = Definitions::create(std::move(*rows));
    EXPECT_TRUE(made) << file.name << ": " << made.error().message;
  }
  EXPECT_EQ(Definitions::built_in()->rows().size(), count) << "keys are unique over all files";
}

TEST(Definitions, NoVariableSetsTwoSettings) {
  std::set<std::string> seen;
  for (const auto& row : Definitions::built_in()->rows()) {
    for (const auto& name : variables_of(row)) {
      EXPECT_TRUE(seen.insert(name).second) << name << " of " << row.key;
    }
  }
}

TEST(Definitions, EveryProviderHasKeyAndUrl) {
  const auto definitions = Definitions::built_in();
  for (const auto* provider :
       {"openrouter",  "openai",   "anthropic", "google",         "xai",      "groq",
        "mistral",     "deepseek", "together",  "fireworks",      "cerebras", "perplexity",
        "cohere",      "moonshot", "zai",       "deepinfra",      "nebius",   "novita",
        "huggingface", "github",   "azure",     "ionos",          "requesty", "ollama",
        "lmstudio",    "llamacpp", "vllm",      "openai_endpoint"}) {
    const auto* key = definitions->find(api_key_setting(provider));
    const auto* url = definitions->find("llm." + std::string(provider) + ".url");
    ASSERT_TRUE(key != nullptr && url != nullptr) << provider;
    EXPECT_TRUE(is_secret(*key)) << provider;
    EXPECT_TRUE(url->url) << provider;
  }
}

TEST(Definitions, RefusalsNameTheKeyAndWhatWasExpected) {
  EXPECT_THAT(refusal("{"), HasSubstr("a.json: not JSON"));
  EXPECT_THAT(refusal(definition_with(R"("type": "text")")), HasSubstr("lacks \"ui_element\""));
  EXPECT_THAT(refusal(definition_with(R"("type": "word", "ui_element": "text")")),
              HasSubstr("field \"type\""));
  EXPECT_THAT(refusal(definition_with(R"("type": "text", "ui_element": "text", "mni": 1)")),
              HasSubstr("field \"mni\" is unknown"));
  EXPECT_THAT(refusal(definition_with(R"("type": "text", "ui_element": "checkbox")")),
              HasSubstr("setting \"llm.a\": expected a ui_element that fits"));
  EXPECT_THAT(refusal(definition_with(R"("type": "integer", "ui_element": "number", "min": 3,
                                         "default": 2)")),
              HasSubstr("a default that it accepts"));
  EXPECT_THAT(refusal(definition_with(R"("type": "text", "ui_element": "password",
                                         "default": "abc")")),
              HasSubstr("no default for a password"));
  EXPECT_THAT(refusal(R"([{"key": "Llm..a", "name": "A", "description": "d", "category": "c",
                           "type": "text", "ui_element": "text"}])"),
              HasSubstr("lower-case words"));
}

TEST(Definitions, OneKeyHasOneDefinition) {
  auto rows = provider_definitions("acme", "Acme");
  rows.push_back(rows.front());
  const auto made = Definitions::create(std::move(rows));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("there are two"));
}

TEST(Definitions, ProvidersOfTheUsersFolderBringTheirOwn) {
  const auto made = Definitions::with(
      provider_definitions("Acme-AI", "Acme", {.api_key = {"ACME_KEY"}, .url = {}}));
  ASSERT_TRUE(made) << made.error().message;
  const auto* key = (*made)->find("llm.acme_ai.api_key");
  ASSERT_NE(key, nullptr);
  EXPECT_THAT(variables_of(*key), testing::ElementsAre("TOLLWAY_LLM_ACME_AI_API_KEY", "ACME_KEY"));
  EXPECT_NE((*made)->find("llm.openrouter.api_key"), nullptr);
  EXPECT_EQ(provider_of("llm.acme_ai.api_key"), "acme_ai");
  EXPECT_EQ(provider_of("llm.api_key"), "");
  EXPECT_EQ(provider_of("llm.a.b.api_key"), "");
}

TEST(Definitions, UnknownKeysAreReportedWithTheNearest) {
  EXPECT_EQ(Definitions::built_in()->unknown("llm.modle"),
            "no setting is called \"llm.modle\". Did you mean llm.model?");
}

}  // namespace
}  // namespace tollway::settings
