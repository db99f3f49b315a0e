#include "dialects/chat_request_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tollway::dialects {
namespace {

using testing::HasSubstr;

ChatRequest asking(std::string text) {
  ChatRequest request;
  request.messages.push_back(Message::user(std::move(text)));
  return request;
}

std::string written(const ChatRequest& request, const ChatRequestOptions& options = {}) {
  const auto body = write_chat_request(request, options);
  return body ? body->text : "error: " + body.error().message;
}

TEST(ChatRequestWriter, WritesTheLeastThatIsAsked) {
  EXPECT_EQ(written(asking("Hi \"you\"\n\x01")),
            R"({"messages":[{"role":"user","content":"Hi \"you\"\n\u0001"}]})");
}

std::string without_default_temperature(const ChatRequest& request) {
  auto body = write_chat_request(request, {.temperature = 0.7, .max_tokens = 100});
  if (!body) return body.error().message;
  return body->drop_default_temperature() && !body->drop_default_temperature() ? body->text : "";
}

TEST(ChatRequestWriter, ADefaultTemperatureCanBeTakenOut) {
  EXPECT_EQ(without_default_temperature(asking("Hi")),
            R"({"messages":[{"role":"user","content":"Hi"}],"max_tokens":100})");
  ChatRequest request;
  request.extra_json = R"({"prompt":"Hi"})";
  EXPECT_EQ(without_default_temperature(request), R"({"max_tokens":100,"prompt":"Hi"})");
  request.extra_json = R"({"prompt":"Hi","temperature":1})";
  EXPECT_EQ(without_default_temperature(request), "") << "it is the request's own";
  request = asking("Hi");
  request.temperature = 0.7;
  EXPECT_EQ(without_default_temperature(request), "") << "it is the request's own";
}

TEST(ChatRequestWriter, TheModelsDefaultsYieldToTheRequest) {
  ChatRequest request = asking("Hi");
  const ChatRequestOptions options{.model = "a/b", .temperature = 0.7, .max_tokens = 100};
  EXPECT_EQ(written(request, options),
            R"({"model":"a/b","messages":[{"role":"user","content":"Hi"}],)"
            R"("temperature":0.7,"max_tokens":100})");
  request.model = "c/d";
  request.temperature = 0.0;
  request.extra_json = R"( {"max_completion_tokens" : 7} )";
  EXPECT_EQ(written(request, options),
            R"({"model":"c/d","messages":[{"role":"user","content":"Hi"}],)"
            R"("temperature":0,"max_completion_tokens" : 7})");
}

TEST(ChatRequestWriter, WritesEveryField) {
  ChatRequest request = asking("Hi");
  request.models = {"x", "y"};
  request.top_p = 0.1;
  request.frequency_penalty = -0.5;
  request.presence_penalty = 1e-7;
  request.seed = -3;
  request.stop = {"\n\n"};
  request.tools = {
      {.name = "f", .description = "d", .parameters = R"({"type":"object"})", .strict = true}};
  request.tool_choice = "f";
  request.parallel_tool_calls = false;
  request.response_format = ResponseFormat{.kind = ResponseFormat::Kind::json_schema,
                                           .name = "n",
                                           .schema = R"({"type":"object"})",
                                           .strict = true};
  request.reasoning = Reasoning{.effort = "low", .max_tokens = 9, .exclude = true, .enabled = {}};
  request.user = "u";
  request.extra_json = R"({"provider":{"sort":"price"}})";
  EXPECT_EQ(
      written(request, {.stream = true}),
      R"({"models":["x","y"],"messages":[{"role":"user","content":"Hi"}],"stream":true,)"
      R"("stream_options":{"include_usage":true},"top_p":0.1,"frequency_penalty":-0.5,)"
      R"("presence_penalty":1e-07,"seed":-3,"stop":["\n\n"],"tools":[{"type":"function",)"
      R"("function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],)"
      R"("tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,)"
      R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,)"
      R"("schema":{"type":"object"}}},"reasoning":{"effort":"low","max_tokens":9,"exclude":true},)"
      R"("user":"u","provider":{"sort":"price"}})");
}

TEST(ChatRequestWriter, WritesAllRolesAndParts) {
  ChatRequest request;
  request.messages.push_back(Message::system("be brief"));
  Message user;
  user.content = {TextPart{"look"}, ImagePart{"https://x/y.png", "low"},
                  FilePart{"data:,x", "a.pdf"}, AudioPart{"AAAA", "wav"},
                  JsonPart{R"({"type":"video_url","video_url":{"url":"u"}})"}};
  user.name = "ann";
  request.messages.push_back(user);
  Message assistant;
  assistant.role = Role::assistant;
  assistant.tool_calls = {{"c1", "f", ""}};
  assistant.reasoning_details_json = R"([{"type":"reasoning.text"}])";
  request.messages.push_back(assistant);
  request.messages.push_back(Message::tool("c1", "42"));
  EXPECT_EQ(
      written(request),
      R"({"messages":[{"role":"system","content":"be brief"},{"role":"user","name":"ann",)"
      R"("content":[{"type":"text","text":"look"},{"type":"image_url","image_url":)"
      R"({"url":"https://x/y.png","detail":"low"}},{"type":"file","file":{"filename":"a.pdf",)"
      R"("file_data":"data:,x"}},{"type":"input_audio","input_audio":{"data":"AAAA",)"
      R"("format":"wav"}},{"type":"video_url","video_url":{"url":"u"}}]},{"role":"assistant",)"
      R"("content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f",)"
      R"("arguments":"{}"}}],"reasoning_details":[{"type":"reasoning.text"}]},)"
      R"({"role":"tool","content":"42","tool_call_id":"c1"}]})");
}

TEST(ChatRequestWriter, SaysWhatIsWrong) {
  EXPECT_THAT(written({}), HasSubstr("at least one message"));
  ChatRequest request = asking("Hi");
  request.seed = 1;
  request.extra_json = R"({"seed":2})";
  EXPECT_THAT(written(request), HasSubstr("\"seed\" is set by a field"));
  request.extra_json = R"({"stream":true})";
  EXPECT_THAT(written(request), HasSubstr("\"stream\" is set by the call"));
  request.extra_json = R"({"a":1,"a":2})";
  EXPECT_THAT(written(request), HasSubstr("has \"a\" twice"));
  for (const char* const broken : {"[]", "{", "{}{}", "1"}) {
    request.extra_json = broken;
    EXPECT_THAT(written(request), HasSubstr("extra_json must be")) << broken;
  }
  request.extra_json.clear();
  request.temperature = std::numeric_limits<double>::infinity();
  EXPECT_THAT(written(request), HasSubstr("temperature must be a finite number"));
  ChatRequest answering_nothing;
  answering_nothing.messages.push_back(Message::tool("", "x"));
  EXPECT_THAT(written(asking("\xff")), HasSubstr("UTF-8"));
  EXPECT_THAT(written(answering_nothing), HasSubstr("message 1: "));
  request = asking("Hi");
  request.messages[0].reasoning_details_json = R"([],"b":[])";
  EXPECT_THAT(written(request), HasSubstr("reasoning_details_json must be"));
}

TEST(ChatRequestWriter, SaysReasoningAsTheProviderTakesIt) {
  ChatRequest request = asking("Hi");
  request.reasoning = Reasoning{.effort = "high", .max_tokens = {}, .exclude = {}, .enabled = {}};
  EXPECT_THAT(written(request, {.reasoning_object = false}),
              HasSubstr(R"("reasoning_effort":"high"})"));
  request.reasoning->max_tokens = 5;
  EXPECT_THAT(written(request, {.reasoning_object = false}), HasSubstr("nothing else"));
}

}  // namespace
}  // namespace tollway::dialects
