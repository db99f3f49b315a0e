#include "dialects/chat_reply_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "dialects/chat_attachments.hpp"
#include "dialects/chat_fields.hpp"
#include "dialects/chat_problem.hpp"
#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

void read_tool_calls(const object& message, ChatReply& reply) {
  array calls;
  if (message["tool_calls"].get(calls) != SUCCESS) return;
  for (const element entry : calls) {
    object call;
    if (entry.get(call) != SUCCESS || reply.tool_calls.size() >= limits::tool_calls_max) continue;
    ToolCall& added = reply.tool_calls.emplace_back();
    read_text(call, "id", added.id);
    FunctionText function = read_function(call);
    added.name = std::move(function.name);
    // Anthropic's models leave them out where a tool takes none.
    added.arguments = function.arguments.empty() ? "{}" : std::move(function.arguments);
  }
}

void read_message(const object& message, ChatReply& reply) {
  append_reasoning(message, reply.reasoning);
  element content;
  if (message["content"].get(content) == SUCCESS) {
    append_content(content, reply.content, reply.reasoning);
  }
  read_text(message, "refusal", reply.refusal);
  read_tool_calls(message, reply);
  append_images(message, reply.images);
  append_audio(message, reply.audio);
  append_annotations(message, reply.citations, reply.annotations_json);
  array details;
  if (message["reasoning_details"].get(details) == SUCCESS && details.size() > 0) {
    reply.reasoning_details_json = simdjson::minify(details);
  }
}

}  // namespace

Result<ChatReply> read_chat_reply(std::string&& body, std::string_view provider) {
  const auto invalid = [provider](std::string_view what) {
    return upstream_error(Errc::upstream_invalid, fmt::format("{} answered {}", provider, what));
  };
  const auto answer = parse_object(body);
  if (!answer) return invalid("200 with something that is not a JSON object");
  if (auto problem = problem_in(provider, *answer)) return std::unexpected(std::move(*problem));
  object choice;
  if ((*answer)["choices"].at(0).get(choice) != SUCCESS) return invalid("without a choice");
  if (auto problem = problem_in(provider, choice)) return std::unexpected(std::move(*problem));
  object message;
  if (choice["message"].get(message) != SUCCESS) return invalid("without a message");

  ChatReply reply;
  read_envelope(*answer, reply);
  if (reply.provider.empty()) reply.provider = provider;
  read_message(message, reply);
  read_text(choice, "finish_reason", reply.finish_reason);
  read_text(choice, "native_finish_reason", reply.native_finish_reason);
  if (reply.finish_reason == "error") return std::unexpected(unexplained_problem(provider));
  read_chat_usage(*answer, reply.usage, reply.cost);
  reply.raw_json = std::move(body);
  return reply;
}

}  // namespace tollway::dialects
