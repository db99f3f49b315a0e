#include "demo/responses_object.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "demo/json_text.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

// The request's setting, or `otherwise` where it is missing, null or of another kind.
std::string echo(const json::object& request, std::string_view name,
                 bool (*fits)(const json::value&), std::string_view otherwise) {
  const json::value* value = request.if_contains(name);
  return value != nullptr && fits(*value) ? json::serialize(*value) : std::string(otherwise);
}

bool is_number(const json::value& value) {
  return value.is_number();
}
bool is_bool(const json::value& value) {
  return value.is_bool();
}
bool is_string(const json::value& value) {
  return value.is_string();
}
bool is_object(const json::value& value) {
  return value.is_object();
}
bool is_choice(const json::value& value) {
  return value.is_string() || value.is_object();
}

// A function's `parameters` may be missing in a request, but not in an answer.
std::string echo_tools(const json::object& request) {
  const json::value* tools = request.if_contains("tools");
  std::vector<std::string> items;
  if (tools == nullptr || !tools->is_array()) return "[]";
  for (const json::value& tool : tools->get_array()) {
    json::value item = tool;
    if (item.is_object() && !item.get_object().contains("parameters") &&
        item.get_object().contains("name")) {
      item.get_object()["parameters"] = nullptr;
    }
    items.push_back(json::serialize(item));
  }
  return array(items);
}

std::string settings_of(std::string response, const json::object& request) {
  return with(std::move(response),
              {{"instructions", echo(request, "instructions", &is_string, "null")},
               {"metadata", echo(request, "metadata", &is_object, "null")},
               {"tools", echo_tools(request)},
               {"tool_choice", echo(request, "tool_choice", &is_choice, "\"auto\"")},
               {"parallel_tool_calls", echo(request, "parallel_tool_calls", &is_bool, "true")},
               {"temperature", echo(request, "temperature", &is_number, "null")},
               {"top_p", echo(request, "top_p", &is_number, "null")},
               {"presence_penalty", echo(request, "presence_penalty", &is_number, "null")},
               {"frequency_penalty", echo(request, "frequency_penalty", &is_number, "null")},
               {"max_output_tokens", echo(request, "max_output_tokens", &is_number, "null")},
               {"previous_response_id", "null"},
               {"background", "false"},
               {"store", "false"},
               {"truncation", text("disabled")},
               {"service_tier", text("default")},
               {"text", echo(request, "text", &is_object, R"({"format":{"type":"text"}})")}});
}

std::string usage_of(const Reply& reply) {
  const std::string cost = dollars(reply.prompt_cost() + reply.completion_cost());
  return object({{"input_tokens", std::to_string(reply.prompt_tokens)},
                 {"input_tokens_details", object({{"cached_tokens", "0"}})},
                 {"output_tokens", std::to_string(reply.completion_tokens)},
                 {"output_tokens_details", object({{"reasoning_tokens", "0"}})},
                 {"total_tokens", std::to_string(reply.prompt_tokens + reply.completion_tokens)},
                 {"cost", cost},
                 {"is_byok", "false"},
                 {"cost_details",
                  object({{"upstream_inference_cost", cost},
                          {"upstream_inference_input_cost", dollars(reply.prompt_cost())},
                          {"upstream_inference_output_cost", dollars(reply.completion_cost())}})}});
}

}  // namespace

std::string_view final_status(const Reply& reply) noexcept {
  return reply.finish == Reply::Finish::length ? "incomplete" : "completed";
}

std::string output_item_id(const Reply& reply) {
  return fmt::format("{}_tmp_{}", reply.is_tool_call() ? "fc" : "msg", reply.id_suffix());
}

std::string output_part(std::string_view said) {
  return object({{"type", text("output_text")},
                 {"text", text(said)},
                 {"annotations", "[]"},
                 {"logprobs", "[]"}});
}

std::string output_item(const Reply& reply, std::string_view said, std::string_view status) {
  if (reply.is_tool_call()) {
    return object({{"type", text("function_call")},
                   {"id", text(output_item_id(reply))},
                   {"call_id", text(fmt::format("call_{}", reply.id_suffix()))},
                   {"name", text(reply.tool_name)},
                   {"arguments", text(said)},
                   {"status", text(status)}});
  }
  return object({{"type", text("message")},
                 {"id", text(output_item_id(reply))},
                 {"role", text("assistant")},
                 {"status", text(status)},
                 {"content", status == "in_progress" ? "[]" : array({output_part(said)})}});
}

std::string response_in_progress(const Reply& reply, const json::object& request) {
  const std::string created = std::to_string(reply.moment->unix_seconds);
  return settings_of(object({{"id", text(reply.moment->id)},
                             {"object", text("response")},
                             {"created_at", created},
                             {"completed_at", "null"},
                             {"status", text("in_progress")},
                             {"model", text(reply.model->id)},
                             {"output", "[]"},
                             {"error", "null"},
                             {"incomplete_details", "null"}}),
                     request);
}

std::string response_complete(const Reply& reply, const json::object& request) {
  const std::string created = std::to_string(reply.moment->unix_seconds);
  const std::string said = reply.whole();
  const bool incomplete = reply.finish == Reply::Finish::length;
  const std::string response =
      settings_of(object({{"id", text(reply.moment->id)},
                          {"object", text("response")},
                          {"created_at", created},
                          {"completed_at", created},
                          {"status", text(final_status(reply))},
                          {"model", text(reply.model->id)},
                          {"output", array({output_item(reply, said, final_status(reply))})},
                          {"error", "null"},
                          {"incomplete_details",
                           incomplete ? object({{"reason", text("max_output_tokens")}}) : "null"}}),
                  request);
  return with(response, {{"output_text", reply.is_tool_call() ? text("") : text(said)},
                         {"usage", usage_of(reply)}});
}

}  // namespace tollway::demo
