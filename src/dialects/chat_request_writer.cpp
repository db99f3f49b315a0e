#include "dialects/chat_request_writer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>

#include "base/error.hpp"
#include "dialects/chat_message_writer.hpp"
#include "dialects/json_writer.hpp"
#include "dialects/raw_json.hpp"

namespace tollway::dialects {
namespace {

// Writes member by member; the first problem is kept and reported at the end.
class RequestWriter {
 public:
  RequestWriter(const ChatRequest& request, const ChatRequestOptions& options, RawMembers extra,
                ChatRequestBody& out)
      : request_(request),
        options_(options),
        extra_(std::move(extra)),
        out_(out),
        json_(out.text) {}

  [[nodiscard]] Result<> write() {
    json_.begin_object();
    write_model();
    write_messages();
    write_stream();
    write_sampling();
    write_tools();
    write_response_format();
    write_reasoning();
    if (!request_.user.empty() && take("user")) json_.text(request_.user);
    if (!extra_.text.empty()) json_.raw(extra_.text);
    json_.end_object();
    return std::move(result_);
  }

 private:
  void write_model();
  void write_messages();
  void write_stream();
  void write_temperature();
  void write_sampling();
  void write_tools();
  void write_tool(const Tool& tool);
  void write_response_format();
  void write_reasoning();

  void fail(std::string message) {
    if (result_) result_ = client_error(Errc::bad_request, std::move(message));
  }
  // Begins a member, unless extra_json has it too.
  [[nodiscard]] bool take(std::string_view name) {
    if (extra_.has(name)) {
      fail(fmt::format("{:?} is set by a field of the request and in extra_json: set it once",
                       name));
      return false;
    }
    json_.key(name);
    return true;
  }
  void number(std::string_view name, const std::optional<double>& value) {
    if (!value || !take(name)) return;
    if (!std::isfinite(*value)) fail(fmt::format("{} must be a finite number", name));
    json_.number(*value);
  }
  void integer(std::string_view name, const std::optional<std::int64_t>& value) {
    if (value && take(name)) json_.integer(*value);
  }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty() || !take(name)) return;
    json_.begin_array();
    for (const auto& value : values) json_.text(value);
    json_.end_array();
  }
  void raw(std::string_view text, std::string_view what) {
    const auto checked = check_raw_json(text, JsonKind::object, what);
    if (!checked && result_) result_ = std::unexpected(checked.error());
    json_.raw(checked ? *checked : "{}");
  }

  const ChatRequest& request_;
  const ChatRequestOptions& options_;
  const RawMembers extra_;
  ChatRequestBody& out_;
  JsonWriter json_;
  Result<> result_;
};

void RequestWriter::write_model() {
  if (!request_.model.empty()) {
    if (take("model")) json_.text(request_.model);
  } else if (!options_.model.empty() && !extra_.has("model")) {
    json_.member("model", options_.model);
  }
  texts("models", request_.models);
}

void RequestWriter::write_messages() {
  if (request_.messages.empty()) {
    if (extra_.has("messages") || extra_.has("prompt")) return;
    fail("a request needs at least one message");
  }
  if (!take("messages")) return;
  json_.begin_array();
  for (std::size_t i = 0; i < request_.messages.size(); ++i) {
    auto written = write_chat_message(request_.messages[i], json_);
    if (!written) fail(fmt::format("message {}: {}", i + 1, written.error().message));
  }
  json_.end_array();
}

void RequestWriter::write_stream() {
  // How the answer is read depends on it, so it is nobody else's to say.
  if (extra_.has("stream")) fail(R"("stream" is set by the call, not in extra_json)");
  if (!options_.stream) return;
  json_.key("stream");
  json_.boolean(true);
  if (options_.ask_for_stream_usage && !extra_.has("stream_options")) {
    json_.key("stream_options");
    json_.raw(R"({"include_usage":true})");
  }
}

void RequestWriter::write_temperature() {
  if (request_.temperature || extra_.has("temperature")) {
    number("temperature", request_.temperature);
    return;
  }
  out_.temperature_at = out_.text.size();
  number("temperature", options_.temperature);
  out_.temperature_size = out_.text.size() - out_.temperature_at;
}

void RequestWriter::write_sampling() {
  write_temperature();
  number("top_p", request_.top_p);
  number("frequency_penalty", request_.frequency_penalty);
  number("presence_penalty", request_.presence_penalty);
  const bool own_max_tokens =
      request_.max_tokens || extra_.has("max_tokens") || extra_.has("max_completion_tokens");
  integer(options_.max_tokens_field, own_max_tokens ? request_.max_tokens : options_.max_tokens);
  integer("seed", request_.seed);
  texts("stop", request_.stop);
}

void RequestWriter::write_tool(const Tool& tool) {
  if (tool.name.empty()) fail("a tool needs a name");
  json_.begin_object();
  json_.member("type", "function");
  json_.key("function");
  json_.begin_object();
  json_.member("name", tool.name);
  if (!tool.description.empty()) json_.member("description", tool.description);
  if (!tool.parameters.empty()) {
    json_.key("parameters");
    raw(tool.parameters, fmt::format("the parameters of tool {:?}", tool.name));
  }
  if (tool.strict) {
    json_.key("strict");
    json_.boolean(*tool.strict);
  }
  json_.end_object();
  json_.end_object();
}

void RequestWriter::write_tools() {
  if (!request_.tools.empty() && take("tools")) {
    json_.begin_array();
    for (const auto& tool : request_.tools) write_tool(tool);
    json_.end_array();
  }
  const std::string& choice = request_.tool_choice;
  if (!choice.empty() && take("tool_choice")) {
    if (choice == "none" || choice == "auto" || choice == "required") {
      json_.text(choice);
    } else {
      json_.begin_object();
      json_.member("type", "function");
      json_.key("function");
      json_.begin_object();
      json_.member("name", choice);
      json_.end_object();
      json_.end_object();
    }
  }
  if (request_.parallel_tool_calls && take("parallel_tool_calls")) {
    json_.boolean(*request_.parallel_tool_calls);
  }
}

void RequestWriter::write_response_format() {
  using Kind = ResponseFormat::Kind;
  if (!request_.response_format || !take("response_format")) return;
  const ResponseFormat& format = *request_.response_format;
  json_.begin_object();
  if (format.kind == Kind::json_schema) {
    json_.member("type", "json_schema");
    json_.key("json_schema");
    json_.begin_object();
    json_.member("name", format.name.empty() ? "answer" : format.name);
    if (format.strict) {
      json_.key("strict");
      json_.boolean(*format.strict);
    }
    json_.key("schema");
    raw(format.schema, "the schema of response_format");
    json_.end_object();
  } else {
    json_.member("type", format.kind == Kind::text ? "text" : "json_object");
  }
  json_.end_object();
}

void RequestWriter::write_reasoning() {
  if (!request_.reasoning) return;
  const Reasoning& reasoning = *request_.reasoning;
  if (!options_.reasoning_object) {
    if (reasoning.max_tokens || reasoning.exclude || reasoning.enabled) {
      fail("this provider takes a reasoning effort and nothing else about reasoning");
    }
    if (!reasoning.effort.empty() && take("reasoning_effort")) json_.text(reasoning.effort);
    return;
  }
  if (!take("reasoning")) return;
  json_.begin_object();
  if (!reasoning.effort.empty()) json_.member("effort", reasoning.effort);
  if (reasoning.max_tokens) {
    json_.key("max_tokens");
    json_.integer(*reasoning.max_tokens);
  }
  if (reasoning.exclude) {
    json_.key("exclude");
    json_.boolean(*reasoning.exclude);
  }
  if (reasoning.enabled) {
    json_.key("enabled");
    json_.boolean(*reasoning.enabled);
  }
  json_.end_object();
}

}  // namespace

bool ChatRequestBody::drop_default_temperature() {
  if (temperature_size == 0) return false;
  const bool first = text[temperature_at] != ',';
  text.erase(temperature_at, temperature_size);
  // The comma that stood between is the next member's now.
  if (first && text[temperature_at] == ',') text.erase(temperature_at, 1);
  temperature_size = 0;
  return true;
}

Result<ChatRequestBody> write_chat_request(const ChatRequest& request,
                                           const ChatRequestOptions& options) {
  auto extra = read_raw_members(request.extra_json, "extra_json");
  if (!extra) return std::unexpected(std::move(extra.error()));
  ChatRequestBody body;
  RequestWriter writer(request, options, std::move(*extra), body);
  if (auto written = writer.write(); !written) return std::unexpected(std::move(written.error()));
  if (!simdjson::validate_utf8(body.text)) {
    return client_error(Errc::bad_request, "the request holds text that is not UTF-8");
  }
  return body;
}

}  // namespace tollway::dialects
