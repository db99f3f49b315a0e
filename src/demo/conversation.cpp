#include "demo/conversation.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "demo/tokens.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

std::unexpected<Error> unknown_model(std::string_view id) {
  std::string known;
  for (const Model& model : models()) {
    if (!known.empty()) known += " and ";
    known += model.id;
  }
  return client_error(Errc::bad_request,
                      fmt::format("{} is not a valid model ID. The demonstration has {}; to reach "
                                  "others, set OPENROUTER_API_KEY and start again.",
                                  id, known));
}

// "auto", "none", "required", "any", {type: function|tool|any|none, name, function: {name}}.
void read_tool_choice(const json::value* choice, Conversation& conversation) {
  if (choice == nullptr) return;
  const json::object* object = choice->if_object();
  std::string_view kind;
  if (choice->is_string()) kind = choice->get_string();
  if (object != nullptr) kind = string_member(*object, "type");
  if (kind == "none") conversation.tools_allowed = false;
  if (kind == "required" || kind == "any") conversation.forced_tool = "";
  if (object == nullptr || (kind != "function" && kind != "tool")) return;
  const json::value* function = object->if_contains("function");
  const json::object* named =
      function != nullptr && function->is_object() ? &function->get_object() : object;
  conversation.forced_tool = std::string(string_member(*named, "name"));
}

}  // namespace

void Conversation::add_message(std::string_view role, std::string message_text) {
  prompt_tokens += count_tokens(message_text);
  if (role != "user") return;
  last_message = std::move(message_text);
  tool_result.reset();
}

void Conversation::add_tool_result(std::string result) {
  prompt_tokens += count_tokens(result);
  if (tool_result) {
    *tool_result += '\n' + result;
  } else {
    tool_result = std::move(result);
  }
}

Result<json::object> parse_body(std::string_view body) {
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  boost::system::error_code code;
  json::value value = json::parse(body, code, {}, options);
  if (code) {
    return client_error(Errc::bad_request,
                        fmt::format("the body is not valid JSON: {}", code.message()));
  }
  if (!value.is_object()) {
    return client_error(Errc::bad_request, "the body must be a JSON object");
  }
  return std::move(value.get_object());
}

Result<const Model*> read_model(const json::object& request) {
  const json::value* named = request.if_contains("model");
  if (named != nullptr && named->is_string()) {
    const std::string_view id = named->get_string();
    const Model* model = find_model(id);
    if (model == nullptr) return unknown_model(id);
    return model;
  }
  const json::value* listed = request.if_contains("models");
  if (listed == nullptr || !listed->is_array() || listed->get_array().empty()) {
    return &models().front();
  }
  for (const json::value& id : listed->get_array()) {
    const Model* model = id.is_string() ? find_model(id.get_string()) : nullptr;
    if (model != nullptr) return model;
  }
  return unknown_model(json::serialize(*listed));
}

Result<Conversation> read_settings(const json::object& request,
                                   std::initializer_list<std::string_view> limits) {
  const auto model = read_model(request);
  if (!model) return std::unexpected(model.error());
  Conversation conversation;
  conversation.model = *model;
  const json::value* stream = request.if_contains("stream");
  conversation.stream = stream != nullptr && stream->is_bool() && stream->get_bool();
  read_tool_choice(request.if_contains("tool_choice"), conversation);
  for (const std::string_view name : limits) {
    const json::value* limit = request.if_contains(name);
    if (limit == nullptr || !limit->is_int64()) continue;
    if (limit->get_int64() < 1) {
      return client_error(Errc::bad_request, fmt::format("{} must be at least 1", name));
    }
    conversation.tokens_max = static_cast<std::uint64_t>(limit->get_int64());
    break;
  }
  return conversation;
}

Result<const json::array*> read_array(const json::object& request, std::string_view name) {
  const json::value* value = request.if_contains(name);
  if (value == nullptr || !value->is_array() || value->get_array().empty()) {
    return client_error(Errc::bad_request, fmt::format("{} must be a non-empty array", name));
  }
  return &value->get_array();
}

std::string_view string_member(const json::object& object, std::string_view name) noexcept {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

std::string text_of(const json::value* content) {
  if (content == nullptr) return {};
  if (content->is_string()) return std::string(content->get_string());
  std::string joined;
  if (!content->is_array()) return joined;
  for (const json::value& part : content->get_array()) {
    if (part.is_object()) joined += string_member(part.get_object(), "text");
  }
  return joined;
}

}  // namespace tollway::demo
