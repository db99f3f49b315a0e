#include "support/dialects.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/sse.hpp"

namespace tollway::test {
namespace {

std::string data_event(std::string_view text) {
  return fmt::format("data: {}\n\n", text);
}

std::string named(std::string_view type, std::string_view rest) {
  return fmt::format("event: {}\ndata: {{\"type\":\"{}\"{}}}\n\n", type, type, rest);
}

std::string chat_chunk(std::string_view content, std::string_view finish, std::string_view rest) {
  return data_event(fmt::format(
      R"({{"id":"gen-1-test","provider":"Test","model":"test/model","object":"chat.completion.chunk",)"
      R"("created":1767752776,"choices":[{{"index":0,"delta":{{"role":"assistant","content":"{}"}},)"
      R"("finish_reason":{},"native_finish_reason":{},"logprobs":null}}]{}}})",
      content, finish, finish, rest));
}

Dialect make_chat() {
  constexpr std::string_view usage =
      R"(,"usage":{"prompt_tokens":7,"completion_tokens":11,"total_tokens":18,"cost":0.00012})";
  Dialect made{"chat", "chat/completions", {}, {}};
  made.events = {chat_chunk("", "null", ""),
                 chat_chunk("Grüße ", "null", ""),
                 chat_chunk("漢字", "null", ""),
                 chat_chunk(" 🎉", "null", ""),
                 chat_chunk("", R"("stop")", ""),
                 chat_chunk("", "null", usage),
                 data_event("[DONE]")};
  made.json = fmt::format(
      R"({{"id":"gen-1-test","provider":"Test","model":"test/model","object":"chat.completion",)"
      R"("created":1767752776,"choices":[{{"logprobs":null,"finish_reason":"stop","index":0,)"
      R"("message":{{"role":"assistant","content":"{}","refusal":null}}}}]{}}})",
      greeting, usage);
  return made;
}

Dialect make_responses() {
  constexpr std::string_view usage =
      R"("usage":{"input_tokens":7,"output_tokens":11,"total_tokens":18})";
  const auto response = [&](std::string_view status, std::string_view rest) {
    return fmt::format(
        R"({{"id":"gen-2-test","object":"response","created_at":1767752776,"model":"test/model",)"
        R"("status":"{}"{}}})",
        status, rest);
  };
  const auto output = fmt::format(
      R"(,"output":[{{"type":"message","id":"msg_1","role":"assistant","status":"completed",)"
      R"("content":[{{"type":"output_text","text":"{}","annotations":[]}}]}}],{})",
      greeting, usage);
  const auto event = [](std::string_view type, int number, std::string_view rest) {
    return data_event(
        fmt::format(R"({{"type":"{}","sequence_number":{},{}}})", type, number, rest));
  };
  const auto delta = [&](int number, std::string_view text) {
    return event(
        "response.output_text.delta", number,
        fmt::format(R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":"{}")", text));
  };
  Dialect made{"responses", "responses", {}, {}};
  made.events = {event("response.created", 0, "\"response\":" + response("in_progress", "")),
                 delta(1, "Grüße "), delta(2, "漢字"), delta(3, " 🎉"),
                 event("response.completed", 4, "\"response\":" + response("completed", output))};
  made.json = response("completed", output);
  return made;
}

Dialect make_messages() {
  const auto delta = [](std::string_view text) {
    return named("content_block_delta",
                 fmt::format(R"(,"index":0,"delta":{{"type":"text_delta","text":"{}"}})", text));
  };
  Dialect made{"messages", "messages", {}, {}};
  made.events = {
      named("message_start",
            R"(,"message":{"id":"gen-3-test","type":"message","role":"assistant",)"
            R"("model":"test/model","content":[],"stop_reason":null,"stop_sequence":null,)"
            R"("usage":{"input_tokens":7,"output_tokens":1}})"),
      named("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})"),
      delta("Grüße "),
      delta("漢字"),
      delta(" 🎉"),
      named("content_block_stop", R"(,"index":0)"),
      named("message_delta", R"(,"delta":{"stop_reason":"end_turn","stop_sequence":null},)"
                             R"("usage":{"output_tokens":11})"),
      named("message_stop", "")};
  made.json = fmt::format(
      R"({{"id":"gen-3-test","type":"message","role":"assistant","model":"test/model",)"
      R"("content":[{{"type":"text","text":"{}"}}],"stop_reason":"end_turn","stop_sequence":null,)"
      R"("usage":{{"input_tokens":7,"output_tokens":11}}}})",
      greeting);
  return made;
}

void expect_chat_error(const std::vector<StreamItem>& events) {
  const auto last = parse_json(events.back().text);
  EXPECT_EQ(at(last, "/object"), "chat.completion.chunk");
  // Where nothing came before there is no id to repeat.
  EXPECT_EQ(at(last, "/id"), events.size() > 1 ? "gen-1-test" : "");
  EXPECT_EQ(at(last, "/choices/0/finish_reason"), "error");
  EXPECT_EQ(at(last, "/choices/0/delta/content"), "");
  EXPECT_TRUE(at(last, "/error/code").is_int64()) << last;
  EXPECT_TRUE(at(last, "/error/message").is_string()) << last;
  EXPECT_TRUE(at(last, "/error/metadata/error_type").is_string()) << last;
}

void expect_responses_error(const std::vector<StreamItem>& events) {
  const auto last = parse_json(events.back().text);
  EXPECT_EQ(at(last, "/type"), "error");
  EXPECT_EQ(at(last, "/code"), "server_error");
  EXPECT_TRUE(at(last, "/message").is_string()) << last;
  ASSERT_TRUE(at(last, "/sequence_number").is_int64()) << last;
  if (events.size() < 2) return;
  const auto before = at(parse_json(events[events.size() - 2].text), "/sequence_number");
  EXPECT_EQ(at(last, "/sequence_number").as_int64(), before.to_number<std::int64_t>() + 1);
}

void expect_messages_error(const std::vector<StreamItem>& events) {
  const auto last = parse_json(events.back().text);
  EXPECT_EQ(events.back().type, "error");
  EXPECT_EQ(at(last, "/type"), "error");
  EXPECT_TRUE(at(last, "/error/type").is_string()) << last;
  EXPECT_TRUE(at(last, "/error/message").is_string()) << last;
}

}  // namespace

std::string Dialect::body(bool stream) const {
  const auto* const text = R"("model":"test/model","max_tokens":100)";
  const auto* const field = name == "responses"
                                ? R"("input":"hello")"
                                : R"("messages":[{"role":"user","content":"hello"}])";
  return fmt::format("{{{},{}{}}}", text, field, stream ? R"(,"stream":true)" : "");
}

std::string Dialect::whole_stream() const {
  std::string all;
  for (const auto& event : events) all += event;
  return all;
}

std::string Dialect::begun_stream() const {
  std::string begun;
  for (const auto& event : events) {
    begun += event;
    if (event.find("Grüße ") != std::string::npos) break;
  }
  return begun;
}

const Dialect& chat_dialect() {
  static const auto made = make_chat();
  return made;
}

const Dialect& responses_dialect() {
  static const auto made = make_responses();
  return made;
}

const Dialect& messages_dialect() {
  static const auto made = make_messages();
  return made;
}

std::vector<Dialect> all_dialects() {
  return {chat_dialect(), responses_dialect(), messages_dialect()};
}

void PrintTo(const Dialect& dialect, std::ostream* out) {
  *out << dialect.name;
}

void expect_error_event(const Dialect& dialect, const Answer& answer) {
  const auto stream = split_stream(answer.body);
  const auto events = stream.events();
  EXPECT_TRUE(answer.complete) << "the HTTP message itself must end properly";
  EXPECT_EQ(stream.unfinished, "");
  ASSERT_FALSE(events.empty()) << answer.body;
  for (const auto& event : events) EXPECT_NE(event.text, "[DONE]");
  SCOPED_TRACE(events.back().text);
  if (dialect.name == "chat") expect_chat_error(events);
  if (dialect.name == "responses") expect_responses_error(events);
  if (dialect.name == "messages") expect_messages_error(events);
}

void expect_error_answer(const Answer& answer, int status, std::string_view path) {
  SCOPED_TRACE(answer.body);
  EXPECT_EQ(answer.status, status);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.headers.find("content-type"), "application/json");
  const auto body = answer.body_json();
  EXPECT_TRUE(at(body, "/error/message").is_string());
  if (path.ends_with("/messages")) {
    EXPECT_EQ(at(body, "/type"), "error");
    EXPECT_TRUE(at(body, "/error/type").is_string());
  } else if (path.starts_with("/api/v1/")) {
    EXPECT_EQ(at(body, "/error/code"), status);
    EXPECT_TRUE(at(body, "/error/metadata/error_type").is_string());
  } else {
    EXPECT_TRUE(at(body, "/error/type").is_string());
    EXPECT_TRUE(body.is_object() && body.at("error").as_object().contains("code"));
    EXPECT_TRUE(body.is_object() && body.at("error").as_object().contains("param"));
  }
}

}  // namespace tollway::test
