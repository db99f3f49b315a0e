// Model lists as vendors answer them, as files in tests/golden/models named for their providers:
// the answer, a line of dashes, what is read from it. TOLLWAY_UPDATE_GOLDENS=1 writes the latter
// anew.
#include "providers/model_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "providers/descriptor.hpp"

namespace tollway::providers {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view divider = "\n----\n";

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string show(const ModelInfo& model) {
  std::string line = fmt::format("{} \"{}\" of {}", model.id, model.name, model.provider);
  if (model.context_length) line += fmt::format(", context {}", *model.context_length);
  if (model.max_output_tokens) line += fmt::format(", output {}", *model.max_output_tokens);
  if (model.prompt_price) line += fmt::format(", prompt ${}", *model.prompt_price);
  if (model.completion_price) line += fmt::format(", completion ${}", *model.completion_price);
  if (!model.pricing_json.empty()) line += ", pricing " + model.pricing_json;
  if (!model.input_modalities.empty()) {
    line += fmt::format(", in {}", fmt::join(model.input_modalities, "+"));
  }
  if (!model.output_modalities.empty()) {
    line += fmt::format(", out {}", fmt::join(model.output_modalities, "+"));
  }
  if (!model.supported_parameters.empty()) {
    line += fmt::format(", takes {}", fmt::join(model.supported_parameters, "+"));
  }
  if (model.created) line += fmt::format(", created {}", *model.created);
  if (model.loaded) line += *model.loaded ? ", loaded" : ", not loaded";
  return line + "\n";
}

class ModelLists : public testing::TestWithParam<std::string> {};

// Of all that are asked for their models.
std::vector<std::string> keys_of_those_that_list() {
  std::vector<std::string> keys;
  for (const auto& description : built_in()) {
    if (description->models.names.empty()) keys.push_back(description->key);
  }
  return keys;
}

TEST_P(ModelLists, are_read_as_written) {
  const Description& provider = *find(built_in(), GetParam());
  const fs::path path = fs::path("tests/golden/models") / (provider.key + ".txt");
  const std::string text = read_file(path);
  const std::size_t end = text.find(divider);
  ASSERT_NE(end, std::string::npos) << path << " is missing or has no line of dashes";
  const std::string answer = text.substr(0, end);
  const auto models = read_model_list(provider, answer);
  ASSERT_TRUE(models) << models.error().message;
  std::string shown;
  for (const ModelInfo& model : *models) shown += show(model);
  if (std::getenv("TOLLWAY_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << answer << divider << shown;
    return;
  }
  EXPECT_EQ(shown, text.substr(end + divider.size()));
}

INSTANTIATE_TEST_SUITE_P(, ModelLists, testing::ValuesIn(keys_of_those_that_list()),
                         [](const auto& given) { return given.param; });

Result<std::vector<ModelInfo>> read(std::string_view body, std::string_view provider = "openai") {
  return read_model_list(*find(built_in(), provider), body);
}

TEST(ModelList, OfOpenRouterAsItStood) {
  for (const std::string day : {"2026-03-26", "2026-05-01"}) {
    const fs::path path = "../shared/catalog/openrouter-models-" + day + ".json";
    if (!fs::exists(path)) GTEST_SKIP() << path << " is not there";
    const auto models = read(read_file(path), "openrouter");
    ASSERT_TRUE(models) << models.error().message;
    EXPECT_GT(models->size(), 300U);
    EXPECT_TRUE(std::ranges::all_of(*models, [](const ModelInfo& model) {
      return model.context_length && !model.input_modalities.empty() &&
             !model.output_modalities.empty() && model.created && model.provider == "OPENROUTER";
    }));
    const auto unpriced =
        std::ranges::count_if(*models, [](const ModelInfo& model) { return !model.prompt_price; });
    EXPECT_EQ(unpriced, day < "2026-05" ? 2 : 3) << "what routes to others has no own price";
    const auto free =
        std::ranges::find(*models, "meta-llama/llama-3.2-3b-instruct:free", &ModelInfo::id);
    ASSERT_NE(free, models->end());
    EXPECT_EQ(free->prompt_price, "0");
  }
}

// Lists write 0 for models that do not cache, which would make cached tokens free.
TEST(ModelList, ACacheThatCostsNothingHasNoPriceUnlessThePromptIsFree) {
  const auto pricing = [](std::string_view prices) {
    return read(fmt::format(R"({{"data":[{{"id":"a","output_price":1e-6,{}}}]}})", prices),
                "requesty")
        ->at(0)
        .pricing_json;
  };
  EXPECT_EQ(pricing(R"("input_price":1e-6,"cached_price":0,"caching_price":0)"), "");
  EXPECT_EQ(pricing(R"("input_price":1e-6,"cached_price":1e-7,"caching_price":2e-6)"),
            R"({"input_cache_read":"0.0000001","input_cache_write":"0.000002",)"
            R"("prompt":"0.000001","completion":"0.000001"})");
  EXPECT_EQ(pricing(R"("input_price":0,"cached_price":0)"),
            R"({"input_cache_read":"0","prompt":"0","completion":"0.000001"})");
  EXPECT_EQ(pricing(R"("cached_price":1e-7)"), "") << "without a prompt's there are no prices";
}

TEST(ModelList, OfXaiHasThePricesOfLongPrompts) {
  const auto models = read(R"({"models":[{"id":"a","prompt_text_token_price":12500,)"
                           R"("completion_text_token_price":25000,"long_context_threshold":200000,)"
                           R"("prompt_text_token_price_long_context":25000}]})",
                           "xai");
  EXPECT_EQ(models->at(0).pricing_json,
            R"({"overrides":[{"prompt":"0.0000025","min_prompt_tokens":200000}],)"
            R"("prompt":"0.00000125","completion":"0.0000025"})");
}

TEST(ModelList, NamedByTheDescriptor) {
  const auto models = named_models(*find(built_in(), "perplexity"));
  ASSERT_EQ(models.size(), 4U);
  EXPECT_EQ(models[0].id, "sonar");
  EXPECT_EQ(models[0].provider, "PERPLEXITY");
}

TEST(ModelList, OfAServerWithoutModelsIsEmpty) {
  EXPECT_TRUE(read(R"({"object":"list","data":[]})")->empty());
  EXPECT_TRUE(read(R"({"models":null})", "ollama")->empty());
}

// Servers that answer in another's envelope are read all the same.
TEST(ModelList, MayComeInAnotherEnvelope) {
  EXPECT_EQ(read(R"([{"id":"a"}])")->at(0).id, "a");
  EXPECT_EQ(read(R"({"data":[{"id":"a"}]})", "together")->at(0).id, "a");
  EXPECT_EQ(read(R"({"models":[{"id":"a"}]})")->at(0).id, "a");
}

TEST(ModelList, WhatIsNoListIsAnError) {
  for (const std::string_view body :
       {"", "<html>", "null", "1", "\"a\"", "{}", R"({"error":{"message":"no"}})", R"({"data":1})",
        R"({"data":{"id":"a"}})", R"({"data":[{"id":"a"}])", "{\"data\":[{\"id\":\"a\xff\"}]}"}) {
    const auto models = read(body);
    ASSERT_FALSE(models) << body;
    EXPECT_EQ(models.error().code, Errc::upstream_invalid);
    EXPECT_THAT(models.error().message, HasSubstr("OpenAI was asked for its models: expected"));
  }
}

TEST(ModelList, HostileEntriesAreLeftOut) {
  const auto models = read(R"({"data":[1,null,[],"a",{},{"id":7},{"id":""},{"id":null},)"
                           R"({"id":"a\r\nb"},{"id":"esc\u001b[2J"},{"id":"good"},{"id":"good"},)"
                           R"({"id":"other","name":"x\u0000y","created":-5,"context_window":"big",)"
                           R"("max_completion_tokens":1.5}]})");
  ASSERT_TRUE(models) << models.error().message;
  ASSERT_EQ(models->size(), 2U);
  EXPECT_EQ(models->at(0).id, "good");
  EXPECT_EQ(models->at(1).name, "other");
  EXPECT_FALSE(models->at(1).created);
  EXPECT_FALSE(models->at(1).context_length);
  EXPECT_FALSE(models->at(1).max_output_tokens);
}

TEST(ModelList, PricesThatAreNoneAreUnknown) {
  const auto price = [](std::string_view given) {
    const auto models = read(
        fmt::format(R"({{"data":[{{"id":"a","pricing":{{"prompt":{}}}}}]}})", given), "openrouter");
    return models->at(0).prompt_price;
  };
  EXPECT_EQ(price("\"0.0000025\""), "0.0000025");
  EXPECT_EQ(price("2.5e-6"), "0.0000025");
  EXPECT_EQ(price("0"), "0");
  for (const std::string_view none :
       {"\"-1\"", "-1", "\"\"", "\"free\"", "null", "{}", "1e400", "\"1e99\"", "\"NaN\"", "true"}) {
    const auto models = read(
        fmt::format(R"({{"data":[{{"id":"a","pricing":{{"prompt":{}}}}}]}})", none), "openrouter");
    if (models) EXPECT_FALSE(models->at(0).prompt_price) << none;
  }
}

TEST(ModelList, IsBounded) {
  std::string deep = R"({"data":[{"id":"a","x":)";
  deep.append(1'000'000, '[');
  EXPECT_FALSE(read(deep));
  std::string many = R"({"data":[)";
  for (std::size_t i = 0; i < listed_models_max + 10; ++i) {
    many += fmt::format(R"({{"id":"m{}"}},)", i);
  }
  many.back() = ']';
  many += '}';
  EXPECT_EQ(read(many)->size(), listed_models_max);
  EXPECT_FALSE(read(std::string(model_list_bytes_max + 1, ' ')));
  EXPECT_TRUE(read(fmt::format(R"({{"data":[{{"id":"{}"}}]}})", std::string(1000, 'x')))->empty());
}

}  // namespace
}  // namespace tollway::providers
