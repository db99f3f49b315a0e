#include "dialects/tool_calls.hpp"

#include <gtest/gtest.h>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

const std::vector<std::string> offered{"weather", "time"};

struct Case {
  const char* name;
  std::optional<bool> good;
  const char* answer;
};

TEST(ToolCalls, whole_answers) {
  const Case cases[] = {
      {"chat", true,
       R"({"choices":[{"index":0,"message":{"tool_calls":[{"id":"1","function":{"name":"weather",)"
       R"("arguments":"{\"city\":\"Rome\"}"}},{"function":{"name":"time","arguments":""}}]}}]})"},
      {"chat, no call", true, R"({"choices":[{"message":{"content":"Hi","tool_calls":null}}]})"},
      {"chat, a name that nobody offered", false,
       R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"wether","arguments":"{}"}}]}}]})"},
      {"chat, arguments cut off", false,
       R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"weather","arguments":"{\"city\":"}}]}}]})"},
      {"chat, arguments that are no object", false,
       R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"weather","arguments":"[1]"}}]}}]})"},
      {"chat, the second choice is bad", false,
       R"({"choices":[{"index":0,"message":{"content":"Hi"}},{"index":1,"message":{"tool_calls":)"
       R"([{"function":{"name":"nobody","arguments":"{}"}}]}}]})"},
      {"responses", true,
       R"({"output":[{"type":"reasoning"},{"type":"function_call","name":"time","arguments":"{}"},)"
       R"({"type":"web_search_call"}]})"},
      {"responses, a bad one among good ones", false,
       R"({"output":[{"type":"function_call","name":"time","arguments":"{}"},)"
       R"({"type":"function_call","name":"time","arguments":"{]"}]})"},
      {"messages", true,
       R"({"content":[{"type":"text","text":"Hi"},{"type":"tool_use","name":"weather","input":{"a":1}}]})"},
      {"messages, what the vendor runs itself", true,
       R"({"content":[{"type":"server_tool_use","name":"web_search","input":{}}]})"},
      {"messages, input that is no object", false,
       R"({"content":[{"type":"tool_use","name":"weather","input":"Rome"}]})"},
      {"something else", true, R"({"data":[]})"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    ToolCalls calls(offered);
    EXPECT_EQ(calls.good(), std::nullopt);
    const auto answer = parse_object(one.answer);
    ASSERT_TRUE(answer);
    calls.read_answer(*answer);
    EXPECT_EQ(calls.good(), one.good);
  }
}

std::optional<bool> streamed(const std::vector<std::string>& events) {
  ToolCalls calls(offered);
  for (const auto& event : events) calls.read_event(event);
  return calls.good();
}

std::string chat_piece(std::string_view call) {
  return R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + std::string(call) + "]}}]}";
}

TEST(ToolCalls, chat_streams) {
  EXPECT_EQ(streamed({R"({"choices":[{"delta":{"content":"Hi"}}]})", "[DONE]"}), true);
  EXPECT_EQ(streamed({chat_piece(R"({"index":0,"function":{"name":"weather","arguments":""}})"),
                      chat_piece(R"({"index":1,"function":{"name":"time","arguments":"{"}})"),
                      chat_piece(R"({"index":0,"function":{"arguments":"{\"city\":"}})"),
                      chat_piece(R"({"index":1,"function":{"name":"time","arguments":"}"}})"),
                      chat_piece(R"({"index":0,"function":{"arguments":"\"Rome\"}"}})")}),
            true);
  EXPECT_EQ(streamed({chat_piece(R"({"index":0,"function":{"name":"weather","arguments":"{"}})")}),
            false);
  EXPECT_EQ(streamed({chat_piece(R"({"function":{"name":"nobody","arguments":"{}"}})")}), false);
}

TEST(ToolCalls, absurd_places) {
  for (const auto* index : {"-1", "65536", "9223372036854775807", "-9223372036854775808"}) {
    const auto piece = R"({"choices":[{"index":)" + std::string(index) +
                       R"(,"delta":{"tool_calls":[{"index":)" + index +
                       R"(,"function":{"name":"weather","arguments":"{}"}}]}}]})";
    EXPECT_EQ(streamed({piece}), true) << index;
  }
}

TEST(ToolCalls, responses_streams) {
  const auto done = [](std::string_view name) {
    return R"({"type":"response.output_item.done","item":{"type":"function_call","name":")" +
           std::string(name) + R"(","arguments":"{}"}})";
  };
  EXPECT_EQ(streamed({done("weather"), done("time")}), true);
  EXPECT_EQ(streamed({done("weather"), done("nobody")}), false);
}

TEST(ToolCalls, messages_streams) {
  const std::string start =
      R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","name":"time","input":{}}})";
  const auto piece = [](std::string_view json) {
    return R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":")" +
           std::string(json) + R"("}})";
  };
  EXPECT_EQ(streamed({start, piece(""), piece(R"({\"a\":)"), piece("1}")}), true);
  EXPECT_EQ(streamed({start, piece(R"({\"a\":)")}), false);
  EXPECT_EQ(streamed({start}), true);
}

TEST(ToolCalls, more_than_can_be_kept_says_nothing) {
  const std::string much(ToolCalls::kept_bytes_max, ' ');
  EXPECT_EQ(streamed({chat_piece(R"({"function":{"name":"nobody","arguments":")" + much + "\"}}")}),
            std::nullopt);
}

TEST(ToolCalls, more_calls_than_anybody_makes_say_nothing) {
  std::string answer = R"({"choices":[{"message":{"tool_calls":[)";
  for (int i = 0; i < 100'000; ++i) answer += R"({"function":{"name":"time"}},)";
  answer.back() = ']';
  const auto object = parse_object(answer += "}}]}");
  ASSERT_TRUE(object);
  ToolCalls calls(offered);
  calls.read_answer(*object);
  EXPECT_EQ(calls.good(), std::nullopt);
}

TEST(ToolCalls, names_that_a_request_offers) {
  const auto names = [](const char* text) {
    const auto request = parse_object(text);
    return offered_tools((*request)["tools"].value());
  };
  EXPECT_EQ(names(R"({"tools":[{"type":"function","function":{"name":"weather"}},{"name":"time"},)"
                  R"({"type":"web_search_preview"},7]})"),
            offered);
  EXPECT_TRUE(names(R"({"tools":"all"})").empty());
}

}  // namespace
}  // namespace tollway::dialects
