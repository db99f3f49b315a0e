#include "tollway/chat.hpp"

#include <utility>

namespace tollway {

std::string_view name_of(CostKind kind) noexcept {
  if (kind == CostKind::stated) return "stated";
  return kind == CostKind::computed ? "computed" : "estimated";
}
namespace {

Message with_text(Role role, std::string text) {
  Message message;
  message.role = role;
  message.content.emplace_back(TextPart{std::move(text)});
  return message;
}

}  // namespace

Message Message::system(std::string text) {
  return with_text(Role::system, std::move(text));
}

Message Message::user(std::string text) {
  return with_text(Role::user, std::move(text));
}

Message Message::assistant(std::string text) {
  return with_text(Role::assistant, std::move(text));
}

Message Message::tool(std::string tool_call_id, std::string text) {
  Message message = with_text(Role::tool, std::move(text));
  message.tool_call_id = std::move(tool_call_id);
  return message;
}

Message ChatReply::to_message() const {
  Message message;
  message.role = Role::assistant;
  if (!content.empty()) message.content.emplace_back(TextPart{content});
  message.tool_calls = tool_calls;
  message.reasoning_details_json = reasoning_details_json;
  message.annotations_json = annotations_json;
  return message;
}

}  // namespace tollway
