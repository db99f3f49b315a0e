#include "demo/reply.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "demo/json_sample.hpp"
#include "demo/tokens.hpp"

namespace tollway::demo {
namespace {

constexpr std::size_t argument_piece_bytes = 8;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::vector<std::string> argument_pieces(std::string_view arguments) {
  std::vector<std::string> pieces;
  while (!arguments.empty()) {
    std::size_t size = std::min(argument_piece_bytes, arguments.size());
    while (size < arguments.size() && continues_character(arguments[size])) ++size;
    pieces.emplace_back(arguments.substr(0, size));
    arguments.remove_prefix(size);
  }
  return pieces;
}

// The tool that the trigger or tool_choice asks for, null where none of that name is offered.
const Tool* wanted_tool(const Conversation& conversation, const std::string& name) {
  if (!conversation.tools_allowed) return nullptr;
  for (const Tool& tool : conversation.tools) {
    if (name.empty() || tool.name == name) return &tool;
  }
  return nullptr;
}

std::string echo(const std::string& message, bool tool_missing) {
  std::string text = "Tollway's demonstration ";
  if (tool_missing) text += "was offered no such tool, and ";
  if (message.find_first_not_of(" \t\r\n") == std::string::npos) return text + "heard nothing.";
  return text + "heard: " + message;
}

void set_text(Reply& reply, std::string_view text, std::optional<std::uint64_t> requested_max) {
  auto tokens = tokens_of(text);
  const auto max = std::min(requested_max.value_or(completion_tokens_max), completion_tokens_max);
  std::size_t kept = static_cast<std::size_t>(std::min<std::uint64_t>(tokens.size(), max));
  if (reply.triggers.length) kept = std::min(kept, (tokens.size() + 1) / 2);
  reply.finish =
      kept < tokens.size() || reply.triggers.length ? Reply::Finish::length : Reply::Finish::stop;
  reply.tokens.assign(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(kept));
  reply.completion_tokens = kept;
}

void set_tool_call(Reply& reply, const Tool& tool) {
  const std::string arguments = boost::json::serialize(sample_of(tool.schema));
  reply.finish = Reply::Finish::tool_call;
  reply.tool_name = tool.name;
  reply.tokens = argument_pieces(arguments);
  reply.completion_tokens = 1 + count_tokens(arguments);  // the name is one
}

}  // namespace

std::string Reply::whole() const {
  std::string joined;
  for (const std::string& token : tokens) joined += token;
  return joined;
}

std::string_view Reply::id_suffix() const noexcept {
  return std::string_view(moment->id).substr(moment->id.rfind('-') + 1);
}

Reply make_reply(Conversation conversation, const Moment& moment) {
  Reply reply;
  reply.model = conversation.model;
  reply.moment = &moment;
  reply.prompt_tokens = conversation.prompt_tokens;
  if (conversation.tool_result) {
    set_text(reply, "The tool answered: " + *conversation.tool_result, conversation.tokens_max);
    return reply;
  }
  reply.triggers = take_triggers(conversation.last_message);
  const auto& asked = reply.triggers.tool ? reply.triggers.tool : conversation.forced_tool;
  const Tool* tool = asked ? wanted_tool(conversation, *asked) : nullptr;
  if (tool != nullptr) {
    set_tool_call(reply, *tool);
  } else {
    set_text(reply, echo(conversation.last_message, asked.has_value()), conversation.tokens_max);
  }
  return reply;
}

}  // namespace tollway::demo
