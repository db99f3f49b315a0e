#include "dialects/chat_stream_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace tollway::dialects {
namespace {

using testing::HasSubstr;

// All events of a stream, and what came of them.
struct Outcome {
  ChatReply reply;
  std::vector<ChatDelta> deltas;
  Result<> result;
};

Outcome read(std::initializer_list<std::string_view> events) {
  ChatStreamReader reader("P");
  Outcome outcome;
  for (const auto data : events) {
    auto delta = reader.read({.type = {}, .data = data, .id = {}, .has_data = true});
    if (!delta) {
      outcome.result = std::unexpected(delta.error());
      break;
    }
    if (*delta) outcome.deltas.push_back(**delta);
  }
  if (outcome.result) outcome.result = reader.end();
  outcome.reply = reader.reply();
  return outcome;
}

constexpr std::string_view head = R"({"id":"g","model":"m","provider":"Google",)";

std::string chunk(std::string_view choice, std::string_view more = "") {
  return std::string(head) + R"("choices":[)" + std::string(choice) + "]" + std::string(more) + "}";
}
std::string delta(std::string_view fields) {
  return chunk(R"({"index":0,"delta":{"role":"assistant",)" + std::string(fields) +
               R"(},"finish_reason":null})");
}
const std::string finish = chunk(R"({"index":0,"delta":{"content":""},"finish_reason":"stop"})");
constexpr std::string_view usage =
    R"(,"usage":{"prompt_tokens":3,"completion_tokens":2,"cost":0.000001})";

TEST(ChatStreamReader, CarriesImagesAudioAndCitations) {
  const auto outcome = read(
      {delta(R"("images":[{"image_url":{"url":"data:,a"}}])"), delta(R"("audio":{"data":"Ukl"})"),
       delta(R"("audio":{"data":"G","transcript":"Hi"})"),
       delta(R"("annotations":[{"url_citation":{"url":"https://a"}},{"type":"file"}])"), finish});
  ASSERT_TRUE(outcome.result) << outcome.result.error().message;
  ASSERT_EQ(outcome.deltas.size(), 5U);
  EXPECT_EQ(outcome.deltas[0].images.size(), 1U);
  EXPECT_EQ(outcome.deltas[2].audio->data, "G") << "pieces, not what came before";
  EXPECT_EQ(outcome.deltas[3].citations.size(), 1U);
  EXPECT_EQ(outcome.reply.images.at(0).url, "data:,a");
  EXPECT_EQ(outcome.reply.audio->data, "UklG");
  EXPECT_EQ(outcome.reply.audio->transcript, "Hi");
  EXPECT_EQ(outcome.reply.citations.at(0).url, "https://a");
  EXPECT_EQ(outcome.reply.annotations_json, R"([{"type":"file"}])");
}

TEST(ChatStreamReader, PutsTheAnswerTogether) {
  const auto outcome =
      read({delta(R"("content":"")"), delta(R"("content":"","reasoning":"hm")"),
            delta(R"("content":"Hel")"), delta(R"("content":"lo")"), finish, "[DONE]"});
  ASSERT_TRUE(outcome.result) << outcome.result.error().message;
  EXPECT_EQ(outcome.deltas.size(), 4U);
  EXPECT_EQ(outcome.deltas.back().finish_reason, "stop");
  EXPECT_EQ(outcome.reply.content, "Hello");
  EXPECT_EQ(outcome.reply.reasoning, "hm");
  EXPECT_EQ(outcome.reply.provider, "Google");
  EXPECT_EQ(outcome.reply.finish_reason, "stop");
}

// wire.md 2.10: the chunk that carries the usage has had three layouts.
TEST(ChatStreamReader, ReadsUsageInEveryLayout) {
  for (const std::string& last :
       {chunk("", usage),
        chunk(R"({"index":0,"delta":{"content":""},"finish_reason":null})", usage),
        chunk(R"({"index":0,"delta":{"content":""},"finish_reason":"stop"})", usage)}) {
    const auto outcome = read({delta(R"("content":"x")"), finish, last, "[DONE]"});
    ASSERT_TRUE(outcome.result);
    EXPECT_EQ(outcome.deltas.size(), 2U) << "the finish reason counts once: " << last;
    EXPECT_EQ(outcome.reply.usage.prompt_tokens, 3);
    EXPECT_EQ(outcome.reply.cost, Money{1000});
  }
}

TEST(ChatStreamReader, JoinsToolCallsByIndex) {
  const auto outcome = read(
      {delta(R"("tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":""}}])"),
       delta(R"("tool_calls":[{"index":1,"function":{"arguments":"{\"x\""}}])"),
       delta(R"("tool_calls":[{"index":2,"id":"b","function":{"name":"g"}}])"),
       delta(R"("tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":":1}"}}])"),
       finish, "[DONE]"});
  ASSERT_TRUE(outcome.result);
  ASSERT_EQ(outcome.reply.tool_calls.size(), 2U);
  EXPECT_EQ(outcome.reply.tool_calls[0].name, "f");
  EXPECT_EQ(outcome.reply.tool_calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(outcome.reply.tool_calls[1].arguments, "{}");
  EXPECT_EQ(outcome.deltas[3].tool_calls[0].index, 0U);
  EXPECT_EQ(outcome.deltas[3].tool_calls[0].id, "") << "told once";
}

TEST(ChatStreamReader, ToolCallsWithoutIndexBeginWithANewId) {
  const auto outcome =
      read({delta(R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},)"
                  R"({"id":"b","function":{"name":"f","arguments":{"y":1}}}])"),
            finish, "[DONE]"});
  ASSERT_TRUE(outcome.result);
  ASSERT_EQ(outcome.reply.tool_calls.size(), 2U);
  EXPECT_EQ(outcome.reply.tool_calls[1].arguments, R"({"y":1})");
}

// wire.md 2.10, "Assembly (Claude pattern)" and OpenAI's encrypted items.
TEST(ChatStreamReader, MergesReasoningDetails) {
  const auto details = [](std::string_view item) {
    return delta(R"("content":"","reasoning_details":[)" + std::string(item) + "]");
  };
  const auto outcome =
      read({details(R"({"type":"reasoning.text","text":"","signature":"","format":"f","index":0})"),
            details(R"({"type":"reasoning.text","text":"so ","format":"f","index":0})"),
            details(R"({"type":"reasoning.encrypted","data":"AA==","id":"rs_1","index":1})"),
            details(R"({"type":"reasoning.text","text":"so","format":null,"index":0})"),
            details(R"({"type":"reasoning.text","signature":"sig","format":"f","index":0})"),
            finish, "[DONE]"});
  ASSERT_TRUE(outcome.result);
  EXPECT_EQ(outcome.reply.reasoning_details_json,
            R"([{"type":"reasoning.text","text":"so so","signature":"sig","format":"f","index":0},)"
            R"({"type":"reasoning.encrypted","data":"AA==","id":"rs_1","index":1}])");
}

// tests.md U14.
TEST(ChatStreamReader, U14_an_error_in_the_stream_is_an_error) {
  const auto limited = read({delta(R"("content":"x")"),
                             chunk(R"({"index":0,"delta":{"content":""},"finish_reason":"error"})",
                                   R"(,"error":{"code":429,"message":"slow down"})")});
  ASSERT_FALSE(limited.result);
  EXPECT_EQ(limited.result.error().message, "P answered 429: slow down");
  EXPECT_EQ(limited.reply.content, "x");
  const auto named = read({chunk("", R"(,"error":{"code":"server_error","message":"oh"})")});
  ASSERT_FALSE(named.result);
  EXPECT_THAT(named.result.error().message, HasSubstr("502: oh"));
  EXPECT_FALSE(read({chunk(R"({"index":0,"delta":{},"finish_reason":"error"})")}).result);
}

// tests.md U20: the finish reason makes a clean end, [DONE] or not.
TEST(ChatStreamReader, U20_an_end_without_its_mark) {
  EXPECT_TRUE(read({delta(R"("content":"x")"), finish}).result);
  const auto cut = read({delta(R"("content":"x")")});
  ASSERT_FALSE(cut.result);
  EXPECT_EQ(cut.result.error().code, Errc::connection_lost);
  EXPECT_EQ(read({finish, "[DONE]", delta(R"("content":"x")")}).reply.content, "");
}

TEST(ChatStreamReader, RefusesWhatIsNoJson) {
  const auto broken = read({R"({"choices":[)"});
  ASSERT_FALSE(broken.result);
  EXPECT_EQ(broken.result.error().code, Errc::upstream_invalid);
}

TEST(ChatStreamReader, ToolCallsAreBounded) {
  ChatStreamReader reader("P");
  for (int i = 0; i < 1024; ++i) {
    const std::string event =
        delta(R"("tool_calls":[{"index":)" + std::to_string(i * 1000000000LL) + R"(,"id":"i"}])");
    ASSERT_TRUE(reader.read({.type = {}, .data = event, .id = {}, .has_data = true}));
  }
  const std::string more = delta(R"("tool_calls":[{"index":5,"id":"i"}])");
  EXPECT_FALSE(reader.read({.type = {}, .data = more, .id = {}, .has_data = true}));
}

}  // namespace
}  // namespace tollway::dialects
