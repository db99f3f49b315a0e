#include "dialects/chat_message_writer.hpp"

#include <gtest/gtest.h>

namespace tollway::dialects {
namespace {

std::string written(const Message& message) {
  std::string out;
  JsonWriter json(out);
  const auto result = write_chat_message(message, json);
  return result ? out : "error: " + result.error().message;
}

TEST(ChatMessageWriter, OneTextIsAString) {
  EXPECT_EQ(written(Message::system("Be brief")), R"({"role":"system","content":"Be brief"})");
  EXPECT_EQ(written(Message::tool("c", "4 degrees")),
            R"({"role":"tool","content":"4 degrees","tool_call_id":"c"})");
  Message message;
  message.role = Role::developer;
  message.name = "ada";
  EXPECT_EQ(written(message), R"({"role":"developer","name":"ada","content":""})");
}

TEST(ChatMessageWriter, PartsOfEachKind) {
  Message message;
  message.content = {TextPart{"a"},
                     ImagePart{.url = "https://a/b.png", .detail = "low"},
                     ImagePart{.url = "data:,", .detail = {}},
                     FilePart{.data = "data:,", .filename = "a.pdf"},
                     AudioPart{.data = "AA==", .format = "wav"},
                     JsonPart{R"( {"type":"video_url","video_url":{"url":"u"}} )"}};
  EXPECT_EQ(written(message),
            R"({"role":"user","content":[{"type":"text","text":"a"},)"
            R"({"type":"image_url","image_url":{"url":"https://a/b.png","detail":"low"}},)"
            R"({"type":"image_url","image_url":{"url":"data:,"}},)"
            R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:,"}},)"
            R"({"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}},)"
            R"({"type":"video_url","video_url":{"url":"u"}}]})");
}

TEST(ChatMessageWriter, AnAssistantsCallsAndWhatIsHandedBack) {
  ChatReply reply;
  reply.tool_calls = {{.id = "c", .name = "f", .arguments = R"({"a":1})"},
                      {.id = "d", .name = "g", .arguments = ""}};
  reply.reasoning_details_json = R"([{"type":"reasoning.text"}])";
  reply.annotations_json = R"([{"type":"file"}])";
  EXPECT_EQ(written(reply.to_message()),
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
            R"("function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"d","type":"function",)"
            R"("function":{"name":"g","arguments":"{}"}}],)"
            R"("reasoning_details":[{"type":"reasoning.text"}],"annotations":[{"type":"file"}]})");
}

TEST(ChatMessageWriter, RefusesWhatCannotBeSent) {
  Message message = Message::assistant("a");
  message.annotations_json = "{}";
  EXPECT_EQ(written(message), "error: annotations_json must be the text of one JSON array");
  message.annotations_json.clear();
  message.reasoning_details_json = "[";
  EXPECT_EQ(written(message), "error: reasoning_details_json must be the text of one JSON array");
  message = Message::user("a");
  message.content.emplace_back(JsonPart{"7"});
  EXPECT_EQ(written(message),
            "error: a content part given as JSON must be the text of one JSON object");
  EXPECT_EQ(written(Message::tool("", "a")),
            "error: a tool's message needs the tool_call_id it answers");
}

}  // namespace
}  // namespace tollway::dialects
