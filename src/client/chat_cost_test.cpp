#include "client/chat_cost.hpp"

#include <gtest/gtest.h>

namespace tollway::client {
namespace {

ChatModelOptions openai() {
  ChatModelOptions options;
  options.provider_key = "OPENAI";
  options.provider_name = "OpenAI";
  options.model = "gpt-4o";
  return options;
}

constexpr std::string_view request =
    R"({"model":"gpt-4o","messages":[{"role":"user","content":"hello world"}]})";

TEST(ChatCost, what_the_provider_states_stays) {
  ChatReply reply;
  reply.usage.prompt_tokens = 10;
  reply.usage.completion_tokens = 2;
  reply.cost = Money{7};
  complete_cost(reply, openai(), request, "gpt-4o");
  EXPECT_EQ(reply.cost, Money{7});
  EXPECT_EQ(reply.cost_kind, CostKind::stated);
  EXPECT_FALSE(reply.usage.estimated);
}

TEST(ChatCost, stated_tokens_are_priced) {
  ChatReply reply;
  reply.model = "gpt-4o-2024-08-06";
  reply.usage.prompt_tokens = 1000;
  reply.usage.completion_tokens = 100;
  reply.usage.cached_tokens = 400;
  complete_cost(reply, openai(), request, "gpt-4o");
  ASSERT_TRUE(reply.cost);
  EXPECT_EQ(reply.cost->to_string(), "0.003");  // 600 at 2.5, 400 at 1.25, 100 at 10 a million
  EXPECT_EQ(reply.cost_kind, CostKind::computed);
}

TEST(ChatCost, sound_is_priced_as_sound) {
  auto options = openai();
  options.model = "gpt-4o-realtime-preview";
  ChatReply reply;
  reply.usage.prompt_tokens = 1000;
  reply.usage.completion_tokens = 100;
  reply.usage.input_audio_tokens = 1000;
  reply.usage.output_audio_tokens = 100;
  complete_cost(reply, options, request, options.model);
  ASSERT_TRUE(reply.cost);
  // 40 and 80 dollars a million; as text it would be 5 and 20.
  EXPECT_EQ(reply.cost->to_string(), "0.048");
}

TEST(ChatCost, U21_usage_that_is_missing_is_counted_and_marked) {
  ChatReply reply;
  reply.content = "hello world";
  complete_cost(reply, openai(), request, "gpt-4o");
  EXPECT_TRUE(reply.usage.estimated);
  EXPECT_EQ(reply.usage.prompt_tokens, 9);  // two, and what the format adds
  EXPECT_EQ(reply.usage.completion_tokens, 2);
  EXPECT_EQ(reply.usage.total_tokens, 11);
  ASSERT_TRUE(reply.cost);
  EXPECT_EQ(reply.cost->to_string(), "0.0000425");
  EXPECT_EQ(reply.cost_kind, CostKind::estimated);
}

TEST(ChatCost, U21_a_stated_zero_is_no_missing_one) {
  ChatReply reply;
  reply.content = "hello world";
  reply.usage.prompt_tokens = 0;
  reply.usage.completion_tokens = 0;
  complete_cost(reply, openai(), request, "gpt-4o");
  EXPECT_FALSE(reply.usage.estimated);
  EXPECT_EQ(reply.cost, Money{});
}

TEST(ChatCost, unknown_prices_stay_unknown_and_local_models_are_free) {
  auto options = openai();
  ChatReply reply;
  complete_cost(reply, options, request, "a-model-that-nobody-prices");
  EXPECT_EQ(reply.cost, std::nullopt);
  options.provider_key = "OLLAMA";
  options.is_local = true;
  complete_cost(reply, options, request, "llama3.2");
  EXPECT_EQ(reply.cost, Money{});
}

TEST(ChatCost, the_tier_that_served_is_priced_else_the_one_that_was_asked_for) {
  constexpr std::string_view asks =
      R"({"model":"gpt-5","service_tier":"flex","messages":[{"role":"user","content":"hello"}]})";
  const auto cost = [&asks](std::string served, std::string model) {
    ChatReply reply;
    reply.service_tier = std::move(served);
    reply.usage.prompt_tokens = 1000;
    reply.usage.completion_tokens = 100;
    complete_cost(reply, openai(), asks, model);
    return reply.cost ? reply.cost->to_string() : "unknown";
  };
  EXPECT_EQ(cost("", "gpt-5"), "0.001125");
  EXPECT_EQ(cost("auto", "gpt-5"), "0.001125");
  EXPECT_EQ(cost("default", "gpt-5"), "0.00225");
  EXPECT_EQ(cost("priority", "gpt-5"), "0.0045");
  EXPECT_EQ(cost("flex", "gpt-4o"), "unknown");
}

}  // namespace
}  // namespace tollway::client
