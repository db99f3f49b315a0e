// POST messages (Anthropic's shape, with OpenRouter's cost).
#include <fmt/format.h>

#include <boost/json.hpp>

#include "demo/dialect.hpp"
#include "demo/failure.hpp"
#include "demo/json_text.hpp"
#include "demo/routes.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

// A user's message may hold what tools answered, and text beside it.
void add_message(const json::object& message, std::string_view role, Conversation& conversation) {
  const json::value* content = message.if_contains("content");
  std::vector<std::string> results;
  if (content != nullptr && content->is_array()) {
    for (const json::value& block : content->get_array()) {
      if (block.is_object() && string_member(block.get_object(), "type") == "tool_result") {
        results.push_back(text_of(block.get_object().if_contains("content")));
      }
    }
  }
  conversation.add_message(role, text_of(content));
  for (std::string& result : results) conversation.add_tool_result(std::move(result));
}

void read_tools(const json::object& request, Conversation& conversation) {
  const json::value* tools = request.if_contains("tools");
  if (tools == nullptr || !tools->is_array()) return;
  for (const json::value& tool : tools->get_array()) {
    const json::object* custom = tool.if_object();
    const json::value* schema = custom == nullptr ? nullptr : custom->if_contains("input_schema");
    if (schema == nullptr) continue;  // one of Anthropic's own, which nobody runs here
    conversation.tools.push_back({std::string(string_member(*custom, "name")), *schema});
  }
}

Result<Conversation> read(const json::object& request) {
  auto conversation = read_settings(request, {"max_tokens"});
  if (!conversation) return conversation;
  const auto messages = read_array(request, "messages");
  if (!messages) return std::unexpected(messages.error());
  conversation->add_message("system", text_of(request.if_contains("system")));
  for (std::size_t i = 0; i < (*messages)->size(); ++i) {
    const json::object* message = (**messages)[i].if_object();
    const auto role = message == nullptr ? std::string_view() : string_member(*message, "role");
    if (role.empty()) {
      return client_error(Errc::bad_request, fmt::format("messages[{}] has no role", i));
    }
    add_message(*message, role, *conversation);
  }
  read_tools(request, *conversation);
  return conversation;
}

std::string_view stop_reason_of(const Reply& reply) {
  switch (reply.finish) {
    case Reply::Finish::length:
      return "max_tokens";
    case Reply::Finish::tool_call:
      return "tool_use";
    case Reply::Finish::stop:
      break;
  }
  return "end_turn";
}

std::string usage_of(const Reply& reply, std::uint64_t output_tokens) {
  return object({{"input_tokens", std::to_string(reply.prompt_tokens)},
                 {"output_tokens", std::to_string(output_tokens)},
                 {"cache_creation_input_tokens", "0"},
                 {"cache_read_input_tokens", "0"},
                 {"service_tier", text("standard")}});
}

std::string usage_with_cost(const Reply& reply) {
  return with(
      usage_of(reply, reply.completion_tokens),
      {{"cost", dollars(reply.prompt_cost() + reply.completion_cost())}, {"is_byok", "false"}});
}

// `input`: the arguments as a JSON object.
std::string block_of(const Reply& reply, std::string_view said, const std::string& input) {
  if (!reply.is_tool_call()) {
    return object({{"type", text("text")}, {"text", text(said)}, {"citations", "null"}});
  }
  return object({{"type", text("tool_use")},
                 {"id", text(fmt::format("toolu_{}", reply.id_suffix()))},
                 {"name", text(reply.tool_name)},
                 {"input", input}});
}

std::string message_of(const Reply& reply, std::string content, const std::string& stop_reason,
                       std::string usage) {
  return object({{"id", text(reply.moment->id)},
                 {"type", text("message")},
                 {"role", text("assistant")},
                 {"model", text(reply.model->id)},
                 {"provider", text(provider_name)},
                 {"content", std::move(content)},
                 {"stop_reason", stop_reason},
                 {"stop_sequence", "null"},
                 {"usage", std::move(usage)}});
}

std::string whole(const Reply& reply, const json::object&) {
  const std::string said = reply.whole();
  return message_of(reply, array({block_of(reply, said, said)}), text(stop_reason_of(reply)),
                    usage_with_cost(reply));
}

class MessageEncoder final : public Encoder {
 public:
  explicit MessageEncoder(const Reply& reply) : reply_(reply) {}

  std::string open() override {
    return named("message_start",
                 {{"message", message_of(reply_, "[]", "null", usage_of(reply_, 0))}}) +
           named("content_block_start",
                 {{"index", "0"}, {"content_block", block_of(reply_, "", "{}")}});
  }

  std::string token(std::string_view token) override {
    const std::string delta =
        reply_.is_tool_call()
            ? object({{"type", text("input_json_delta")}, {"partial_json", text(token)}})
            : object({{"type", text("text_delta")}, {"text", text(token)}});
    return named("content_block_delta", {{"index", "0"}, {"delta", delta}});
  }

  std::string close() override {
    return named("content_block_stop", {{"index", "0"}}) +
           named("message_delta", {{"delta", object({{"stop_reason", text(stop_reason_of(reply_))},
                                                     {"stop_sequence", "null"}})},
                                   {"usage", usage_with_cost(reply_)}}) +
           named("message_stop", {});
  }

  std::string error(int status, std::string_view message) override {
    return "event: error\n" + event(anthropic_error_body(status, message));
  }

 private:
  static std::string named(std::string_view name, Members members) {
    return fmt::format("event: {}\n{}", name, event(with(object({{"type", text(name)}}), members)));
  }

  const Reply& reply_;
};

std::unique_ptr<Encoder> encoder(const Reply& reply, const json::object&) {
  return std::make_unique<MessageEncoder>(reply);
}

}  // namespace

Answer messages(const Question& question) {
  return converse({&read, &whole, &encoder, &anthropic_error_body}, question);
}

}  // namespace tollway::demo
