#include "catalog/names.hpp"

#include <gtest/gtest.h>

namespace tollway::catalog {
namespace {

TEST(Names, variants_stack) {
  std::string_view name = "openai/gpt-oss-20b:free:online";
  EXPECT_EQ(cut_variant(name), Variant::online);
  EXPECT_EQ(cut_variant(name), Variant::free);
  EXPECT_EQ(cut_variant(name), std::nullopt);
  EXPECT_EQ(name, "openai/gpt-oss-20b");
  EXPECT_TRUE(is_dynamic(Variant::online));
  EXPECT_FALSE(is_dynamic(Variant::free));
}

TEST(Names, what_a_local_server_puts_behind_a_colon_is_no_variant) {
  std::string_view name = "llama3.2:3b";
  EXPECT_EQ(cut_variant(name), std::nullopt);
  EXPECT_EQ(name, "llama3.2:3b");
}

TEST(Names, presets_are_cut_off) {
  std::string_view name = "openai/gpt-4o:nitro@preset/mine";
  EXPECT_EQ(cut_preset(name), "@preset/mine");
  EXPECT_EQ(name, "openai/gpt-4o:nitro");
}

TEST(Names, dates_are_told_from_versions) {
  EXPECT_EQ(undated("claude-sonnet-4-5-20250929"), "claude-sonnet-4-5");
  EXPECT_EQ(undated("gpt-4o-2024-08-06"), "gpt-4o");
  EXPECT_EQ(undated("qwen3.6-plus-04-02"), "qwen3.6-plus-04-02");
  EXPECT_EQ(undated("gemini-2.5-pro-preview-05-2025"), "gemini-2.5-pro-preview");
  EXPECT_EQ(undated("deepseek-r1-0528"), "deepseek-r1");
  EXPECT_EQ(undated("claude-3-5-haiku-latest"), "claude-3-5-haiku");
  EXPECT_EQ(undated("gpt-4o"), "gpt-4o");
}

TEST(Names, authors) {
  EXPECT_EQ(author_of("~openai/gpt-latest"), "openai");
  EXPECT_EQ(author_of("gpt-4o"), "");
  EXPECT_EQ(bare_name("meta-llama/llama-3"), "llama-3");
  EXPECT_EQ(author_of_provider("xai"), "x-ai");
  EXPECT_EQ(author_of_provider("groq"), "groq");
}

}  // namespace
}  // namespace tollway::catalog
