// The Responses API: events whose JSON has "type" and "sequence_number" (OpenAI's API reference,
// "Streaming events").
#include <fmt/format.h>

#include <array>

#include "dialects/dialect.hpp"
#include "dialects/json_reader.hpp"
#include "dialects/usage/note_usage.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;

constexpr std::array<std::string_view, 1> carriers{R"("delta")"};

void read_response(const Members& response, Progress& progress) {
  if (progress.id.empty()) {
    read_text(response, "id", progress.id);
    read_integer(response, "created_at", progress.created);
  }
  read_text(response, "model", progress.model);
  read_text(response, "status", progress.finish_reason);
  note_tier(response, progress);
  simdjson::dom::object stated;
  if (response["usage"].get(stated) == SUCCESS) {
    const Members usage(stated);
    read_count(usage, "input_tokens", progress.usage.prompt_tokens);
    read_count(usage, "output_tokens", progress.usage.completion_tokens);
    note_usage(UsageLayout::openai_responses, usage, progress);
  }
  simdjson::dom::element error;
  if (response["error"].get(error) == SUCCESS && !error.is_null()) progress.error = true;
}

class OpenaiResponses final : public Dialect {
 public:
  void read_event(const http::SseEvent& event, Progress& progress) const override {
    const std::string_view data = event.data;
    if (data == "[DONE]") {
      progress.complete = progress.closed = true;
      return;
    }
    progress.sequence_number = std::max(progress.sequence_number + 1, sequence_number(data));
    if (data.find(R"("response.)") != data.npos && data.find(R"(.delta")") != data.npos) {
      progress.content = true;
      ++progress.content_events;
      progress.text.take(data, carriers);
      return;
    }
    const bool has_response = find_name(data, R"("response")") != data.npos;
    if (!has_response && data.find("error") == data.npos) return;
    const auto object = parse_object(data);
    if (!object) return;
    std::string_view type;
    if ((*object)["type"].get(type) != SUCCESS) return;
    simdjson::dom::object response;
    if ((*object)["response"].get(response) == SUCCESS) read_response(Members(response), progress);
    if (type == "error" || type == "response.error" || type == "response.failed") {
      progress.error = progress.complete = true;
    }
    if (type == "response.completed" || type == "response.incomplete") progress.complete = true;
    if (progress.complete) progress.usage_complete = progress.metered.has_value();
  }

  void read_answer(const simdjson::dom::object& answer, Progress& progress) const override {
    read_response(Members(answer), progress);
    progress.usage_complete = progress.metered.has_value();
  }

  CostForm cost_form(bool streamed) const override {
    return {.owner = streamed ? "response" : "",
            .prompt = "upstream_inference_input_cost",
            .completion = "upstream_inference_output_cost"};
  }

  // OpenRouter's clients read the flat members, OpenAI's the nested ones.
  std::string error_event(const Error& error, const Progress& progress) const override {
    const std::string message = json_string(error.message);
    return fmt::format(
        R"(data: {{"type":"error","code":"server_error","message":{},"param":null,)"
        R"("sequence_number":{},"error":{{"type":"server_error","code":"server_error",)"
        R"("message":{},"param":null}}}})"
        "\n\n",
        message, progress.sequence_number + 1, message);
  }

  std::string_view terminator() const override { return {}; }

 private:
  static std::int64_t sequence_number(std::string_view data) {
    constexpr std::string_view name = R"("sequence_number":)";
    const auto at = data.rfind(name);
    if (at == data.npos) return -1;
    std::int64_t number = 0;
    for (const char c : data.substr(at + name.size())) {
      if (c == ' ' && number == 0) continue;
      if (c < '0' || c > '9' || number > 1'000'000'000) break;
      number = number * 10 + (c - '0');
    }
    return number;
  }
};

}  // namespace

const Dialect& openai_responses() {
  static const OpenaiResponses dialect;
  return dialect;
}

}  // namespace tollway::dialects
