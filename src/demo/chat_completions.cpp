// POST chat/completions (wire: OpenRouter's, which is OpenAI's and more).
#include <fmt/format.h>

#include <boost/json.hpp>

#include "demo/dialect.hpp"
#include "demo/failure.hpp"
#include "demo/json_text.hpp"
#include "demo/routes.hpp"
#include "demo/usage.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

void read_tools(const json::object& request, Conversation& conversation) {
  const json::value* tools = request.if_contains("tools");
  if (tools == nullptr || !tools->is_array()) return;
  for (const json::value& tool : tools->get_array()) {
    const json::object* outer = tool.if_object();
    const json::value* inner = outer == nullptr ? nullptr : outer->if_contains("function");
    if (inner == nullptr || !inner->is_object()) continue;  // a server tool, which nobody runs here
    const json::object& function = inner->get_object();
    const json::value* schema = function.if_contains("parameters");
    conversation.tools.push_back({std::string(string_member(function, "name")),
                                  schema == nullptr ? json::value(nullptr) : *schema});
  }
}

Result<Conversation> read(const json::object& request) {
  auto conversation = read_settings(request, {"max_completion_tokens", "max_tokens"});
  if (!conversation) return conversation;
  const auto messages = read_array(request, "messages");
  if (!messages) return std::unexpected(messages.error());
  for (std::size_t i = 0; i < (*messages)->size(); ++i) {
    const json::object* message = (**messages)[i].if_object();
    const auto role = message == nullptr ? std::string_view() : string_member(*message, "role");
    if (role.empty()) {
      return client_error(Errc::bad_request, fmt::format("messages[{}] has no role", i));
    }
    std::string content = text_of(message->if_contains("content"));
    if (role == "tool") {
      conversation->add_tool_result(std::move(content));
    } else {
      conversation->add_message(role, std::move(content));
    }
  }
  read_tools(request, *conversation);
  return conversation;
}

std::string call_of(const Reply& reply, std::string_view arguments) {
  return object(
      {{"index", "0"},
       {"id", text(fmt::format("call_{}", reply.id_suffix()))},
       {"type", text("function")},
       {"function", object({{"name", text(reply.tool_name)}, {"arguments", text(arguments)}})}});
}

std::string head_of(const Reply& reply, std::string_view kind) {
  return object({{"id", text(reply.moment->id)},
                 {"provider", text(provider_name)},
                 {"model", text(reply.model->id)},
                 {"object", text(kind)},
                 {"created", std::to_string(reply.moment->unix_seconds)}});
}

std::string whole(const Reply& reply, const json::object&) {
  const std::string content = reply.whole();
  std::string message = object({{"role", text("assistant")},
                                {"content", reply.is_tool_call() ? "null" : text(content)},
                                {"refusal", "null"},
                                {"reasoning", "null"}});
  if (reply.is_tool_call()) {
    message = with(std::move(message), {{"tool_calls", array({call_of(reply, content)})}});
  }
  const std::string reason = text(finish_reason_of(reply));
  return with(head_of(reply, "chat.completion"),
              {{"system_fingerprint", "null"},
               {"choices", array({object({{"logprobs", "null"},
                                          {"finish_reason", reason},
                                          {"native_finish_reason", reason},
                                          {"index", "0"},
                                          {"message", message}})})},
               {"usage", usage_of(reply)}});
}

class ChatEncoder final : public Encoder {
 public:
  explicit ChatEncoder(const Reply& reply)
      : reply_(reply), head_(head_of(reply, "chat.completion.chunk")) {}

  std::string open() override {
    std::string out = event(chunk(content("")));
    if (reply_.is_tool_call()) out += event(chunk(tool_calls(call_of(reply_, ""))));
    return out;
  }

  std::string token(std::string_view token) override {
    if (!reply_.is_tool_call()) return event(chunk(content(token)));
    return event(chunk(tool_calls(object({{"index", "0"},
                                          {"type", text("function")},
                                          {"function", object({{"arguments", text(token)}})}}))));
  }

  // The finish, then the usage with the choice repeated, as OpenRouter does since July 2026.
  std::string close() override {
    const std::string last = chunk(content(""), text(finish_reason_of(reply_)));
    return event(last) + event(with(last, {{"usage", usage_of(reply_)}})) + event("[DONE]");
  }

  std::string error(int status, std::string_view message) override {
    return event(
        with(chunk(content(""), text("error")), {{"error", error_object(status, message)}}));
  }

 private:
  static std::string content(std::string_view content) {
    return object({{"role", text("assistant")}, {"content", text(content)}});
  }
  static std::string tool_calls(std::string call) {
    return object({{"role", text("assistant")},
                   {"content", "null"},
                   {"tool_calls", array({std::move(call)})}});
  }
  [[nodiscard]] std::string chunk(std::string delta, const std::string& reason = "null") const {
    return with(head_, {{"choices", array({object({{"index", "0"},
                                                   {"delta", std::move(delta)},
                                                   {"finish_reason", reason},
                                                   {"native_finish_reason", reason},
                                                   {"logprobs", "null"}})})}});
  }

  const Reply& reply_;
  const std::string head_;
};

std::unique_ptr<Encoder> encoder(const Reply& reply, const json::object&) {
  return std::make_unique<ChatEncoder>(reply);
}

}  // namespace

Answer chat_completions(const Question& question) {
  return converse({&read, &whole, &encoder, &error_body}, question);
}

}  // namespace tollway::demo
