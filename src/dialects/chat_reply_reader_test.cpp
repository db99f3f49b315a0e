#include "dialects/chat_reply_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dialects/chat_problem.hpp"

namespace tollway::dialects {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ChatReplyReader, ReadsAnAnswerBehindItsPadding) {
  const auto reply = read_chat_reply(
      "\n         \n\n         \n"
      R"({"id":"gen-1","model":"a/b","provider":"Google","choices":[{"index":0,)"
      R"("finish_reason":"tool_calls","native_finish_reason":"STOP","message":{"role":"assistant",)"
      R"("content":null,"reasoning":"hm","refusal":null,"tool_calls":[{"id":"c","type":"function",)"
      R"("function":{"name":"f"}}],"reasoning_details":[{"type":"reasoning.text","index":0}]}}],)"
      R"("usage":{"prompt_tokens":10,"completion_tokens":0,"total_tokens":10,"cost":1.2e-7,)"
      R"("prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},)"
      R"("completion_tokens_details":{"reasoning_tokens":null}}})",
      "OpenRouter");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->id, "gen-1");
  EXPECT_EQ(reply->model, "a/b");
  EXPECT_EQ(reply->provider, "Google");
  EXPECT_EQ(reply->content, "");
  EXPECT_EQ(reply->reasoning, "hm");
  EXPECT_EQ(reply->finish_reason, "tool_calls");
  EXPECT_EQ(reply->native_finish_reason, "STOP");
  ASSERT_EQ(reply->tool_calls.size(), 1U);
  EXPECT_EQ(reply->tool_calls[0].arguments, "{}");
  EXPECT_EQ(reply->reasoning_details_json, R"([{"type":"reasoning.text","index":0}])");
  EXPECT_EQ(reply->usage.prompt_tokens, 10);
  EXPECT_EQ(reply->usage.completion_tokens, 0);
  EXPECT_EQ(reply->usage.cached_tokens, 4);
  EXPECT_EQ(reply->usage.cache_write_tokens, 3);
  EXPECT_EQ(reply->usage.reasoning_tokens, std::nullopt);
  EXPECT_EQ(reply->cost, Money{120});
  EXPECT_THAT(reply->raw_json, HasSubstr("gen-1"));
}

TEST(ChatProblem, NamesTheParameterThatIsRefused) {
  const auto refuses = [](std::string_view body) { return refuses_parameter(body, "temperature"); };
  EXPECT_TRUE(refuses(R"({"error":{"message":"no","param":"temperature"}})"));
  EXPECT_FALSE(refuses(R"({"error":{"message":"no temperature","param":"top_p"}})"));
  EXPECT_TRUE(refuses(R"({"error":{"message":"`temperature` is deprecated for this model."}})"));
  EXPECT_FALSE(refuses(R"({"error":{"message":"unknown field temperature_range"}})"));
  EXPECT_TRUE(refuses(R"({"error":{"message":"Provider returned error","code":400,"metadata":)"
                      R"({"raw":"{\"error\":{\"param\":\"temperature\"}}"}}})"));
  EXPECT_FALSE(refuses("temperature"));
  EXPECT_FALSE(refuses(R"({"error":"temperature"})"));
}

TEST(ChatReplyReader, ContentMayBeParts) {
  const auto reply = read_chat_reply(
      R"({"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text",)"
      R"("text":"so"}]},{"type":"text","text":"Hel"},{"type":"text","text":"lo"}]}}]})",
      "Mistral");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->content, "Hello");
  EXPECT_EQ(reply->reasoning, "so");
  EXPECT_EQ(reply->provider, "Mistral");
  EXPECT_EQ(reply->cost, std::nullopt);
  EXPECT_EQ(reply->usage.prompt_tokens, std::nullopt);
}

// tests.md M09, U21.
TEST(ChatReplyReader, AbsurdAmountsAreNotTakenOver) {
  const auto reply =
      read_chat_reply(R"({"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":-1,)"
                      R"("completion_tokens":9223372036854775808,"cost":-0.5}})",
                      "P");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->usage.prompt_tokens, std::nullopt);
  EXPECT_EQ(reply->usage.completion_tokens, std::nullopt);
  EXPECT_EQ(reply->cost, std::nullopt);
}

Error refused(std::string body) {
  const auto reply = read_chat_reply(std::move(body), "P");
  EXPECT_FALSE(reply);
  return reply ? Error{} : reply.error();
}

// tests.md U13, U15.
TEST(ChatReplyReader, U13_an_error_with_status_200_is_an_error) {
  const Error limited = refused(R"( {"error":{"code":429,"message":"slow down"}})");
  EXPECT_EQ(limited.code, Errc::upstream_error);
  EXPECT_EQ(limited.retry, Retry::same);
  EXPECT_EQ(limited.message, "P answered 429: slow down");
  EXPECT_EQ(refused("<html>").code, Errc::upstream_invalid);
  EXPECT_EQ(refused(R"({"choices":[]})").code, Errc::upstream_invalid);
  EXPECT_EQ(refused(R"({"choices":[{"message":{"content":"tru)").code, Errc::upstream_invalid);
  EXPECT_EQ(refused(R"({"choices":[{"finish_reason":"error","message":{"content":"x"}}]})").code,
            Errc::upstream_error);
}

TEST(ChatProblem, FollowsTheStatusAndQuotesTheProvider) {
  const Error refusal =
      problem_of_answer("OpenRouter", 400,
                        R"({"error":{"message":"Provider returned error","code":400,"metadata":)"
                        R"({"raw":"{\"error\":{\"message\":\"no such\\nimage\"}}",)"
                        R"("provider_name":"Anthropic"}},"user_id":"org_1"})");
  EXPECT_EQ(refusal.code, Errc::bad_request);
  EXPECT_EQ(refusal.source, Source::client);
  EXPECT_EQ(refusal.message,
            "OpenRouter answered 400: Provider returned error (Anthropic: no such image)");
  EXPECT_EQ(problem_of_answer("P", 401, "").code, Errc::unauthenticated);
  EXPECT_EQ(problem_of_answer("P", 403, "").code, Errc::forbidden);
  EXPECT_EQ(problem_of_answer("P", 404, R"({"error":"model \"x\" not found"})").message,
            R"(P answered 404: model "x" not found)");
  EXPECT_EQ(problem_of_answer("P", 503, "").retry, Retry::same);
  EXPECT_EQ(problem_of_answer("P", 402, "").retry, Retry::never);
  EXPECT_EQ(problem_of_answer("P", 502, "<html>bad</html>").message, "P answered 502");
  EXPECT_EQ(problem_of_answer("P", 502, "overloaded\r\n").message, "P answered 502: overloaded ");
  EXPECT_EQ(problem_of_answer("P", 302, "").code, Errc::upstream_invalid);
}

TEST(ChatProblem, IsBoundedAndStaysText) {
  std::string body = R"({"error":{"message":")";
  for (int i = 0; i < 2000; ++i) body += "\u20ac";
  body += R"("}})";
  const Error error = problem_of_answer("P", 500, body);
  EXPECT_LT(error.message.size(), 1100U);
  EXPECT_TRUE(error.message.ends_with("\u20ac...")) << error.message;
  EXPECT_EQ(problem_of_answer("P", 500, "\xff\xfe").message, "P answered 500");
}

}  // namespace
}  // namespace tollway::dialects
