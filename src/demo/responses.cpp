// POST responses (OpenAI's stateless Responses as OpenRouter serves it).
#include <fmt/format.h>

#include <boost/json.hpp>

#include "demo/dialect.hpp"
#include "demo/failure.hpp"
#include "demo/json_text.hpp"
#include "demo/responses_object.hpp"
#include "demo/routes.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

void read_tools(const json::object& request, Conversation& conversation) {
  const json::value* tools = request.if_contains("tools");
  if (tools == nullptr || !tools->is_array()) return;
  for (const json::value& tool : tools->get_array()) {
    const json::object* function = tool.if_object();
    if (function == nullptr || string_member(*function, "type") != "function") continue;
    const json::value* schema = function->if_contains("parameters");
    conversation.tools.push_back({std::string(string_member(*function, "name")),
                                  schema == nullptr ? json::value(nullptr) : *schema});
  }
}

Result<> read_input(const json::object& request, Conversation& conversation) {
  const json::value* input = request.if_contains("input");
  if (input != nullptr && input->is_string()) {
    conversation.add_message("user", std::string(input->get_string()));
    return {};
  }
  const auto items = read_array(request, "input");
  if (!items) return client_error(Errc::bad_request, "input must be a string or a non-empty array");
  for (const json::value& value : **items) {
    const json::object* item = value.if_object();
    if (item == nullptr) continue;
    if (string_member(*item, "type") == "function_call_output") {
      conversation.add_tool_result(text_of(item->if_contains("output")));
    } else if (const auto role = string_member(*item, "role"); !role.empty()) {
      conversation.add_message(role, text_of(item->if_contains("content")));
    }
  }
  return {};
}

Result<Conversation> read(const json::object& request) {
  auto conversation = read_settings(request, {"max_output_tokens"});
  if (!conversation) return conversation;
  const json::value* store = request.if_contains("store");
  if (store != nullptr && store->is_bool() && store->get_bool()) {
    return client_error(Errc::bad_request, "store must be false: nothing is kept between requests");
  }
  const json::value* previous = request.if_contains("previous_response_id");
  if (previous != nullptr && !previous->is_null()) {
    return client_error(Errc::bad_request,
                        "previous_response_id must be null: send the whole conversation");
  }
  conversation->add_message("system", text_of(request.if_contains("instructions")));
  if (auto input = read_input(request, *conversation); !input) {
    return std::unexpected(input.error());
  }
  read_tools(request, *conversation);
  return conversation;
}

class ResponseEncoder final : public Encoder {
 public:
  ResponseEncoder(const Reply& reply, const json::object& request)
      : reply_(reply), request_(request), item_id_(text(output_item_id(reply))) {}

  std::string open() override {
    const std::string response = response_in_progress(reply_, request_);
    std::string out = typed("response.created", {{"response", response}});
    out += typed("response.in_progress", {{"response", response}});
    out += typed("response.output_item.added",
                 {{"output_index", "0"}, {"item", output_item(reply_, "", "in_progress")}});
    if (reply_.is_tool_call()) return out;
    out += typed("response.content_part.added", {{"item_id", item_id_},
                                                 {"output_index", "0"},
                                                 {"content_index", "0"},
                                                 {"part", output_part("")}});
    return out;
  }

  std::string token(std::string_view token) override {
    if (reply_.is_tool_call()) {
      return typed("response.function_call_arguments.delta",
                   {{"item_id", item_id_}, {"output_index", "0"}, {"delta", text(token)}});
    }
    return typed("response.output_text.delta", {{"item_id", item_id_},
                                                {"output_index", "0"},
                                                {"content_index", "0"},
                                                {"delta", text(token)},
                                                {"logprobs", "[]"}});
  }

  std::string close() override {
    const std::string said = reply_.whole();
    const bool incomplete = reply_.finish == Reply::Finish::length;
    std::string out = reply_.is_tool_call() ? close_call(said) : close_text(said);
    out +=
        typed("response.output_item.done",
              {{"output_index", "0"}, {"item", output_item(reply_, said, final_status(reply_))}});
    out += typed(incomplete ? "response.incomplete" : "response.completed",
                 {{"response", response_complete(reply_, request_)}});
    return out + event("[DONE]");
  }

  // OpenAI's reference documents the flat members, its service and its clients know the nested one.
  std::string error(int, std::string_view message) override {
    const std::string code = text("server_error");
    return typed(
        "error",
        {{"code", code},
         {"message", text(message)},
         {"param", "null"},
         {"error",
          object(
              {{"type", code}, {"code", code}, {"message", text(message)}, {"param", "null"}})}});
  }

 private:
  std::string close_call(const std::string& arguments) {
    return typed("response.function_call_arguments.done", {{"item_id", item_id_},
                                                           {"output_index", "0"},
                                                           {"name", text(reply_.tool_name)},
                                                           {"arguments", text(arguments)}});
  }

  std::string close_text(const std::string& said) {
    std::string out = typed("response.output_text.done", {{"item_id", item_id_},
                                                          {"output_index", "0"},
                                                          {"content_index", "0"},
                                                          {"text", text(said)},
                                                          {"logprobs", "[]"}});
    out += typed("response.content_part.done", {{"item_id", item_id_},
                                                {"output_index", "0"},
                                                {"content_index", "0"},
                                                {"part", output_part(said)}});
    return out;
  }

  std::string typed(std::string_view type, Members members) {
    return event(with(
        object({{"type", text(type)}, {"sequence_number", std::to_string(sequence_++)}}), members));
  }

  const Reply& reply_;
  const json::object& request_;
  const std::string item_id_;  // as a JSON string
  int sequence_ = 0;
};

std::unique_ptr<Encoder> encoder(const Reply& reply, const json::object& request) {
  return std::make_unique<ResponseEncoder>(reply, request);
}

}  // namespace

Answer responses(const Question& question) {
  return converse({&read, &response_complete, &encoder, &error_body}, question);
}

}  // namespace tollway::demo
