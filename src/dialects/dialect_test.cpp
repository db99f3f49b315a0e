#include "dialects/dialect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using testing::HasSubstr;

Progress read(const Dialect& dialect, std::initializer_list<http::SseEvent> events) {
  Progress progress;
  for (const auto& event : events) dialect.read_event(event, progress);
  return progress;
}

http::SseEvent unnamed(std::string_view text) {
  return {.type = {}, .data = text, .id = {}, .has_data = true};
}
http::SseEvent named(std::string_view type, std::string_view text) {
  return {.type = type, .data = text, .id = {}, .has_data = true};
}

constexpr std::string_view chat_head =
    R"({"id":"gen-1","provider":"Google","model":"a/b","created":17,"choices":)"
    R"([{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
constexpr std::string_view chat_text =
    R"({"id":"gen-1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]})";
constexpr std::string_view chat_finish =
    R"({"id":"gen-1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]})";

TEST(OpenaiChat, FollowsAStreamToItsEnd) {
  const auto& chat = openai_chat();
  Progress progress = read(chat, {unnamed(chat_head)});
  EXPECT_EQ(progress.id, "gen-1");
  EXPECT_EQ(progress.provider, "Google");
  EXPECT_EQ(progress.created, 17);
  EXPECT_FALSE(progress.content);
  chat.read_event(unnamed(chat_text), progress);
  EXPECT_TRUE(progress.content);
  EXPECT_FALSE(progress.finished);
  chat.read_event(unnamed(chat_finish), progress);
  EXPECT_TRUE(progress.finished);
  EXPECT_FALSE(progress.complete);
  chat.read_event(unnamed("[DONE]"), progress);
  EXPECT_TRUE(progress.complete);
  EXPECT_TRUE(progress.closed);
}

TEST(OpenaiChat, ReadsUsageFromAllThreeLayoutsOfTheLastChunk) {
  constexpr std::string_view usage = R"("usage":{"prompt_tokens":5,"completion_tokens":7})";
  for (const std::string choices : {R"([])", R"([{"index":0,"delta":{},"finish_reason":null}])",
                                    R"([{"index":0,"delta":{},"finish_reason":"stop"}])"}) {
    const std::string chunk = R"({"id":"g","choices":)" + choices + "," + std::string(usage) + "}";
    const Progress progress = read(openai_chat(), {unnamed(chat_text), unnamed(chunk)});
    EXPECT_EQ(progress.usage.prompt_tokens, 5) << choices;
    EXPECT_EQ(progress.usage.completion_tokens, 7) << choices;
  }
}

TEST(OpenaiChat, AbsurdCountsAreUnknown) {
  const Progress progress =
      read(openai_chat(),
           {unnamed(R"({"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":1e400}})"),
            unnamed(R"({"choices":[],"usage":{"completion_tokens":18446744073709551615}})")});
  EXPECT_EQ(progress.usage.prompt_tokens, std::nullopt);
  EXPECT_EQ(progress.usage.completion_tokens, std::nullopt);
}

TEST(OpenaiChat, U14_errors_in_the_stream_are_seen) {
  EXPECT_TRUE(read(openai_chat(),
                   {unnamed(chat_text), unnamed(R"({"id":"g","choices":[],"error":{"code":429}})")})
                  .error);
  EXPECT_TRUE(read(openai_chat(),
                   {unnamed(chat_text), unnamed(R"({"choices":[{"finish_reason":"error"}]})")})
                  .error);
  EXPECT_FALSE(read(openai_chat(), {unnamed(R"({"choices":[],"error":null})")}).error);
}

TEST(OpenaiChat, TheErrorEventIsAChunk) {
  const Progress progress = read(openai_chat(), {unnamed(chat_head)});
  const Error error{Errc::connection_lost, Source::upstream, Retry::never, "cut \"off\"", {}};
  const std::string event = openai_chat().error_event(error, progress);
  ASSERT_TRUE(event.starts_with("data: "));
  ASSERT_TRUE(event.ends_with("\n\n"));
  ASSERT_TRUE(parse_object(event.substr(6, event.size() - 8)));
  EXPECT_THAT(event, HasSubstr(R"("id":"gen-1","object":"chat.completion.chunk","created":17)"));
  EXPECT_THAT(event, HasSubstr(R"("finish_reason":"error"}],"error":{"code":502)"));
}

TEST(OpenaiResponses, EndsWithItsTerminalEventAndNumbersTheError) {
  const auto& responses = openai_responses();
  Progress progress =
      read(responses,
           {unnamed(R"({"type":"response.created","response":{"id":"gen-2"},"sequence_number":0})"),
            unnamed(R"({"type":"response.output_text.delta","delta":"x","sequence_number":41})")});
  EXPECT_EQ(progress.id, "gen-2");
  EXPECT_TRUE(progress.content);
  EXPECT_FALSE(progress.complete);
  const Error error{Errc::upstream_timeout, Source::upstream, Retry::never, "late", {}};
  const std::string event = responses.error_event(error, progress);
  ASSERT_TRUE(parse_object(event.substr(6, event.size() - 8)));
  EXPECT_THAT(event, HasSubstr(R"("sequence_number":42)"));
  responses.read_event(
      unnamed(R"({"type":"response.completed","response":{"usage":{"input_tokens":3,)"
              R"("output_tokens":4}},"sequence_number":43})"),
      progress);
  EXPECT_TRUE(progress.complete);
  EXPECT_FALSE(progress.closed);
  EXPECT_EQ(progress.usage.completion_tokens, 4);
}

TEST(OpenaiResponses, TextThatQuotesEventNamesEndsNothing) {
  const Progress progress =
      read(openai_responses(), {unnamed(R"({"type":"response.output_text.delta",)"
                                        R"("delta":"{\"type\":\"response.completed\"}"})")});
  EXPECT_FALSE(progress.complete);
}

TEST(AnthropicMessages, FollowsAStreamToItsEnd) {
  const auto& messages = anthropic_messages();
  Progress progress =
      read(messages, {named("message_start", R"({"message":{"id":"msg_1","model":"c",)"
                                             R"("usage":{"input_tokens":9,"output_tokens":1}}})"),
                      named("content_block_delta", R"({"delta":{"text":"x"}})"),
                      named("message_delta", R"({"usage":{"output_tokens":12}})")});
  EXPECT_EQ(progress.id, "msg_1");
  EXPECT_TRUE(progress.content);
  EXPECT_EQ(progress.usage.prompt_tokens, 9);
  EXPECT_EQ(progress.usage.completion_tokens, 12);
  EXPECT_FALSE(progress.complete);
  messages.read_event(named("message_stop", "{}"), progress);
  EXPECT_TRUE(progress.complete);
  const Error error{Errc::connection_lost, Source::upstream, Retry::never, "cut", {}};
  EXPECT_EQ(messages.error_event(error, progress),
            "event: error\ndata: {\"type\":\"error\",\"error\":"
            "{\"type\":\"api_error\",\"message\":\"cut\"}}\n\n");
}

TEST(FindName, FindsWhatAPlainSearchFinds) {
  constexpr std::string_view name = R"("usage")";
  for (std::size_t size = 0; size < 200; ++size) {
    // Nearly the name, everywhere.
    std::string text;
    while (text.size() < size) text += R"("usagi""u" )";
    text.resize(size);
    EXPECT_EQ(find_name(text, name), text.find(name)) << text;
    for (std::size_t at = 0; at + name.size() <= size; ++at) {
      std::string with = text;
      with.replace(at, name.size(), name);
      EXPECT_EQ(find_name(with, name), with.find(name)) << with;
      EXPECT_EQ(find_name(with, name, at), at) << with;
      EXPECT_EQ(find_name(with, name, at + 1), with.find(name, at + 1)) << with;
    }
  }
}

TEST(Mentions, SkipsNullAndOtherPlaces) {
  EXPECT_TRUE(mentions(R"({"usage" : {}})", R"("usage")"));
  EXPECT_FALSE(mentions(R"({"usage":null})", R"("usage")"));
  EXPECT_FALSE(mentions(R"({"text":"usage"})", R"("usage")"));
  EXPECT_FALSE(mentions(R"({"a":["usage"]})", R"("usage")"));
}

TEST(Dialects, TheTierThatServesIsNoted) {
  using llm::ServiceTier;
  const auto chat = read(
      openai_chat(),
      {unnamed(R"({"id":"c","service_tier":"default","choices":[{"delta":{"content":"Hi"}}]})"),
       unnamed(R"({"id":"c","service_tier":"flex","choices":[],)"
               R"("usage":{"prompt_tokens":1,"completion_tokens":1}})")});
  EXPECT_EQ(chat.tier, ServiceTier::flex);
  const auto responses = read(
      openai_responses(),
      {unnamed(R"({"type":"response.created","response":{"id":"r","service_tier":"auto"}})"),
       unnamed(R"({"type":"response.completed","response":{"id":"r","service_tier":"priority",)"
               R"("usage":{"input_tokens":1,"output_tokens":1}}})")});
  EXPECT_EQ(responses.tier, ServiceTier::priority);
  const auto messages = read(
      anthropic_messages(),
      {named("message_start", R"({"message":{"id":"m","usage":{"input_tokens":1,"output_tokens":1,)"
                              R"("service_tier":"batch"}}})"),
       named("message_delta", R"({"delta":{},"usage":{"output_tokens":5}})")});
  EXPECT_EQ(messages.tier, ServiceTier::batch);
  const auto silent = read(openai_chat(), {unnamed(chat_head), unnamed(chat_finish)});
  EXPECT_EQ(silent.tier, std::nullopt);
}

}  // namespace
}  // namespace tollway::dialects
