#include "dialects/usage/usage_layouts.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

namespace tollway::dialects {
namespace {

Result<llm::MeteredUsage> read(UsageLayout layout, std::string_view text) {
  return read_usage(layout, boost::json::parse(text));
}

TEST(UsageLayouts, openai_counts_cached_tokens_within_input) {
  const auto usage = read(UsageLayout::openai_chat, R"({"prompt_tokens":100,"completion_tokens":20,
    "prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30,"audio_tokens":4},
    "completion_tokens_details":{"reasoning_tokens":8,"audio_tokens":null},"cost":1.2e-7})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input, 100);
  EXPECT_EQ(usage->cache_read, 60);
  EXPECT_EQ(usage->cache_write_5m, 30);
  EXPECT_EQ(usage->input_audio, 4);
  EXPECT_EQ(usage->reasoning, 8);
  EXPECT_EQ(usage->stated_cost->nanodollars, 120);
}

std::int64_t output_of(std::string_view members) {
  const auto usage =
      read(UsageLayout::openai_chat,
           R"({"prompt_tokens":100,"completion_tokens":15,)" + std::string(members) + "}");
  EXPECT_TRUE(usage) << members;
  return usage ? usage->output : -1;
}

TEST(UsageLayouts, reasoning_that_is_counted_beside_the_completion_is_output) {
  // xAI's, of a real answer.
  const auto grok = read(UsageLayout::openai_chat,
                         R"({"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,
    "completion_tokens_details":{"reasoning_tokens":2809}})");
  ASSERT_TRUE(grok);
  EXPECT_EQ(grok->output, 1499 + 2809);
  EXPECT_EQ(grok->reasoning, 2809);
  // Gemini's by the route of OpenAI: thoughts are in the total alone.
  EXPECT_EQ(output_of(R"("total_tokens":177)"), 77);
}

TEST(UsageLayouts, a_total_that_says_nothing_of_reasoning_changes_nothing) {
  for (
      const auto* members :
      {R"("total_tokens":115)", R"("total_tokens":110)", R"("total_tokens":null)",
       R"("total_tokens":0)", R"("total_tokens":-1)", R"("total_tokens":"177")",
       R"("total_tokens":1e300)",
       // Within the completion, as OpenAI counts; what is more then is something else.
       R"("total_tokens":115,"completion_tokens_details":{"reasoning_tokens":9})",
       R"("total_tokens":177,"completion_tokens_details":{"reasoning_tokens":9})",
       // Cached tokens, counted beside the prompt.
       R"("total_tokens":155,"prompt_tokens_details":{"cached_tokens":40})",
       R"("total_tokens":165,"prompt_tokens_details":{"cached_tokens":20,"cache_write_tokens":30})"}) {
    EXPECT_EQ(output_of(members), 15) << members;
  }
}

TEST(UsageLayouts, anthropic_counts_cached_tokens_beside_input) {
  const auto usage = read(UsageLayout::anthropic_messages,
                          R"({"input_tokens":16,"cache_creation_input_tokens":7049,
    "cache_read_input_tokens":13637,"cache_creation":{"ephemeral_1h_input_tokens":49,
    "ephemeral_5m_input_tokens":7000},"output_tokens":344,
    "server_tool_use":{"web_search_requests":2}})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input, 16 + 7049 + 13637);
  EXPECT_EQ(usage->cache_write_5m, 7000);
  EXPECT_EQ(usage->cache_write_1h, 49);
  EXPECT_EQ(usage->web_searches, 2);
}

TEST(UsageLayouts, gemini_leaves_zeros_out_and_counts_thoughts_beside_output) {
  const auto usage = read(UsageLayout::gemini_generate, R"({"promptTokenCount":249,
    "toolUsePromptTokenCount":319,"thoughtsTokenCount":301,"candidatesTokenCount":240,
    "promptTokensDetails":[{"modality":"TEXT","tokenCount":200},{"modality":"AUDIO","tokenCount":49}]})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input, 568);
  EXPECT_EQ(usage->output, 541);
  EXPECT_EQ(usage->input_audio, 49);
  EXPECT_TRUE(read(UsageLayout::gemini_generate, "{}"));
}

TEST(UsageLayouts, gemini_says_of_what_kind_tokens_are) {
  const auto usage = read(UsageLayout::gemini_generate, R"({"promptTokenCount":1000,
    "cachedContentTokenCount":400,"candidatesTokenCount":60,"thoughtsTokenCount":5,
    "promptTokensDetails":[{"modality":"TEXT","tokenCount":300},
      {"modality":"AUDIO","tokenCount":200},{"modality":"IMAGE","tokenCount":400},
      {"modality":"VIDEO","tokenCount":100}],
    "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":150},
      {"modality":"IMAGE","tokenCount":250}],
    "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":30},
      {"modality":"IMAGE","tokenCount":20}]})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cache_read, 400);
  EXPECT_EQ(usage->input_audio, 200);
  EXPECT_EQ(usage->cache_read_audio, 150);
  EXPECT_EQ(usage->input_image, 150) << "the others are cached";
  EXPECT_EQ(usage->input_video, 100);
  EXPECT_EQ(usage->output, 65);
  EXPECT_EQ(usage->output_audio, 30);
  EXPECT_EQ(usage->output_image, 20);
  // Embeddings spell it otherwise.
  const auto embedded = read(UsageLayout::gemini_generate, R"({"promptTokenCount":9,
    "promptTokenDetails":[{"modality":"AUDIO","tokenCount":9}]})");
  ASSERT_TRUE(embedded);
  EXPECT_EQ(embedded->input_audio, 9);
}

TEST(UsageLayouts, older_spellings_of_cached_tokens_are_read) {
  for (const auto* name : {"prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"}) {
    const auto usage =
        read(UsageLayout::openai_chat,
             std::string(R"({"prompt_tokens":9,"completion_tokens":1,")") + name + R"(":5})");
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->cache_read, 5) << name;
  }
}

std::optional<std::int64_t> stated(std::string_view members) {
  const std::string text =
      R"({"prompt_tokens":1,"completion_tokens":1,)" + std::string(members) + "}";
  const auto usage = read(UsageLayout::openai_chat, text);
  EXPECT_TRUE(usage) << text;
  if (!usage || !usage->stated_cost) return std::nullopt;
  return usage->stated_cost->nanodollars;
}

TEST(UsageLayouts, vendors_state_their_own_cost_each_in_their_way) {
  EXPECT_EQ(stated(R"("cost":0.00037)"), 370'000);
  EXPECT_EQ(
      stated(R"("cost":{"input_tokens_cost":1e-6,"request_cost":0.005,"total_cost":0.005021})"),
      5'021'000);
  EXPECT_EQ(stated(R"("cost_in_usd_ticks":37756000)"), 3'775'600);
  EXPECT_EQ(stated(R"("cost_in_usd_ticks":15)"), 2) << "half to even";
  EXPECT_EQ(stated(R"("cost_in_usd_ticks":25)"), 2);
  EXPECT_EQ(stated(R"("cost_in_usd_ticks":26)"), 3);
  for (const auto* none :
       {R"("cost":null)", R"("cost":{})", R"("cost":{"total_cost":"1"})", R"("cost":-1)",
        R"("cost_in_usd_ticks":-1)", R"("cost_in_usd_ticks":9223372036854775807)",
        R"("cost_in_usd_ticks":1.5)"}) {
    EXPECT_FALSE(stated(none)) << none;
  }
}

TEST(UsageLayouts, a_stated_cost_is_read_to_the_nanodollar_as_it_is_written) {
  std::mt19937_64 random(7);
  int compared = 0;
  while (compared < 20'000) {
    // Up to 15 digits, which a double holds, with up to 12 of them behind the point.
    const auto digits = std::to_string(random() % 1'000'000'000'000'000 >> random() % 50);
    const auto decimals = random() % 13;
    const auto cost = digits + "e-" + std::to_string(decimals);
    const auto expected = Money::parse(cost);
    if (!expected || *expected > Money{10'000'000'000'000}) continue;
    ++compared;
    ASSERT_EQ(stated("\"cost\":" + cost), expected->nanodollars) << cost;
  }
}

TEST(UsageLayouts, U21_absurd_usage_is_no_usage) {
  for (const auto* text :
       {R"({"prompt_tokens":-1,"completion_tokens":1})", R"({"completion_tokens":1})",
        R"({"prompt_tokens":1.5,"completion_tokens":1})",
        R"({"prompt_tokens":"1","completion_tokens":1})",
        R"({"prompt_tokens":9223372036854775808,"completion_tokens":1})",
        R"({"prompt_tokens":1e300,"completion_tokens":1})",
        R"({"prompt_tokens":null,"completion_tokens":1})",
        R"({"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":-5}})",
        R"([])", "null"}) {
    EXPECT_FALSE(read(UsageLayout::openai_chat, text)) << text;
  }
  const auto zero = read(UsageLayout::openai_chat, R"({"prompt_tokens":0,"completion_tokens":0})");
  ASSERT_TRUE(zero) << "an explicit zero stays zero";
  EXPECT_FALSE(zero->stated_cost);
}

TEST(UsageLayouts, some_say_which_tier_served) {
  using llm::ServiceTier;
  const auto tier = [](UsageLayout layout, std::string_view more) {
    const auto usage =
        read(layout, R"({"input_tokens":1,"output_tokens":1,)" + std::string(more) + "}");
    EXPECT_TRUE(usage) << more;
    return usage ? usage->tier : std::nullopt;
  };
  constexpr auto messages = UsageLayout::anthropic_messages;
  EXPECT_EQ(tier(messages, R"("service_tier":"standard")"), ServiceTier::standard);
  EXPECT_EQ(tier(messages, R"("service_tier":"batch")"), ServiceTier::batch);
  EXPECT_EQ(tier(messages, R"("service_tier":"standard","speed":"fast")"), ServiceTier::priority);
  EXPECT_EQ(tier(messages, R"("service_tier":"priority","speed":"standard")"),
            ServiceTier::priority);
  EXPECT_EQ(tier(messages, R"("service_tier":"of next year")"), ServiceTier::other);
  EXPECT_EQ(tier(messages, R"("service_tier":null)"), std::nullopt);
  constexpr auto gemini = UsageLayout::gemini_generate;
  EXPECT_EQ(tier(gemini, R"("trafficType":"ON_DEMAND")"), ServiceTier::standard);
  EXPECT_EQ(tier(gemini, R"("trafficType":"ON_DEMAND","serviceTier":"flex")"), ServiceTier::flex);
  EXPECT_EQ(tier(gemini, R"("trafficType":"PROVISIONED_THROUGHPUT")"), ServiceTier::other);
}

}  // namespace
}  // namespace tollway::dialects
