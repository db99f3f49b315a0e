#include "dialects/chat_message_writer.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "dialects/raw_json.hpp"

namespace tollway::dialects {
namespace {

std::string_view name_of(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::developer:
      return "developer";
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "tool";
  }
  return "user";
}

struct PartWriter {
  JsonWriter& json;

  Result<> operator()(const TextPart& part) const {
    json.begin_object();
    json.member("type", "text");
    json.member("text", part.text);
    json.end_object();
    return {};
  }
  Result<> operator()(const ImagePart& part) const {
    begin("image_url");
    json.member("url", part.url);
    if (!part.detail.empty()) json.member("detail", part.detail);
    return end();
  }
  Result<> operator()(const FilePart& part) const {
    begin("file");
    if (!part.filename.empty()) json.member("filename", part.filename);
    json.member("file_data", part.data);
    return end();
  }
  Result<> operator()(const AudioPart& part) const {
    begin("input_audio");
    json.member("data", part.data);
    json.member("format", part.format);
    return end();
  }
  Result<> operator()(const JsonPart& part) const {
    const auto text = check_raw_json(part.json, JsonKind::object, "a content part given as JSON");
    if (!text) return std::unexpected(text.error());
    json.raw(*text);
    return {};
  }

  void begin(std::string_view type) const {
    json.begin_object();
    json.member("type", type);
    json.key(type);
    json.begin_object();
  }
  Result<> end() const {
    json.end_object();
    json.end_object();
    return {};
  }
};

Result<> write_content(const Message& message, JsonWriter& json) {
  if (message.content.empty() && !message.tool_calls.empty()) {
    json.key("content");
    json.raw("null");
    return {};
  }
  json.key("content");
  // A string says the same as one text part, and every server takes it.
  if (message.content.empty()) {
    json.text("");
    return {};
  }
  if (const auto* const only = std::get_if<TextPart>(message.content.data());
      only != nullptr && message.content.size() == 1) {
    json.text(only->text);
    return {};
  }
  json.begin_array();
  for (const auto& part : message.content) {
    if (auto written = std::visit(PartWriter{json}, part); !written) return written;
  }
  json.end_array();
  return {};
}

void write_tool_calls(const Message& message, JsonWriter& json) {
  if (message.tool_calls.empty()) return;
  json.key("tool_calls");
  json.begin_array();
  for (const auto& call : message.tool_calls) {
    json.begin_object();
    json.member("id", call.id);
    json.member("type", "function");
    json.key("function");
    json.begin_object();
    json.member("name", call.name);
    json.member("arguments", call.arguments.empty() ? "{}" : call.arguments);
    json.end_object();
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Result<> write_chat_message(const Message& message, JsonWriter& json) {
  if (message.role == Role::tool && message.tool_call_id.empty()) {
    return client_error(Errc::bad_request, "a tool's message needs the tool_call_id it answers");
  }
  json.begin_object();
  json.member("role", name_of(message.role));
  if (!message.name.empty()) json.member("name", message.name);
  if (auto written = write_content(message, json); !written) return written;
  write_tool_calls(message, json);
  if (!message.tool_call_id.empty()) json.member("tool_call_id", message.tool_call_id);
  if (!message.reasoning_details_json.empty()) {
    const auto text =
        check_raw_json(message.reasoning_details_json, JsonKind::array, "reasoning_details_json");
    if (!text) return std::unexpected(text.error());
    json.key("reasoning_details");
    json.raw(*text);
  }
  if (!message.annotations_json.empty()) {
    const auto text = check_raw_json(message.annotations_json, JsonKind::array, "annotations_json");
    if (!text) return std::unexpected(text.error());
    json.key("annotations");
    json.raw(*text);
  }
  json.end_object();
  return {};
}

}  // namespace tollway::dialects
