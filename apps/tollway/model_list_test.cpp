#include "model_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway {
namespace {

using testing::ElementsAre;

TEST(ModelList, prices_are_exact_per_million) {
  EXPECT_EQ(price_shown("0.00000015"), "$0.15");
  EXPECT_EQ(price_shown("1.5e-7"), "$0.15");
  EXPECT_EQ(price_shown("0.000075"), "$75");
  EXPECT_EQ(price_shown("0.0000000375"), "$0.0375");
  EXPECT_EQ(price_shown("0"), "free");
  EXPECT_EQ(price_shown("-1"), "varies");
  EXPECT_EQ(price_shown("1e999999999999"), "varies");
  EXPECT_EQ(price_shown(std::nullopt), "?");
}

TEST(ModelList, counts_are_short) {
  EXPECT_EQ(count_shown(8192), "8K");
  EXPECT_EQ(count_shown(131072), "128K");
  EXPECT_EQ(count_shown(200000), "200K");
  EXPECT_EQ(count_shown(1048576), "1M");
  EXPECT_EQ(count_shown(1050000), "1.05M");
  EXPECT_EQ(count_shown(512), "512");
  EXPECT_EQ(count_shown(std::nullopt), "?");
}

TEST(ModelList, a_wrong_or_missing_author_is_forgiven) {
  std::vector<ModelInfo> models;
  for (const char* const id : {"openai/gpt-4o-mini", "openai/gpt-4o", "anthropic/claude-sonnet-4",
                               "meta-llama/llama-3.2-3b-instruct:free"}) {
    ModelInfo model;
    model.id = id;
    models.push_back(model);
  }
  EXPECT_EQ(models_near("openai/gpt-4o-mni", models).front(), "openai/gpt-4o-mini");
  EXPECT_EQ(models_near("claude-sonet-4", models).front(), "anthropic/claude-sonnet-4");
  EXPECT_EQ(models_near("google/claude-sonnet-4", models).front(), "anthropic/claude-sonnet-4");
  EXPECT_THAT(models_near("llama-3.2-3b-instruct", models),
              ElementsAre("meta-llama/llama-3.2-3b-instruct:free"));
  EXPECT_TRUE(models_near("something-else-altogether", models).empty());
}

}  // namespace
}  // namespace tollway
