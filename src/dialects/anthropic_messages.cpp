// The Messages API: named events (Anthropic's API reference, "Streaming messages").
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dialects/dialect.hpp"
#include "dialects/json_reader.hpp"
#include "dialects/usage/note_usage.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;

constexpr std::array<std::string_view, 3> carriers{R"("text")", R"("partial_json")",
                                                   R"("thinking")"};

// The first event says how long what was written to the cache stays there; the last may say only
// how much was written in all, which reads as if none of it stayed for an hour.
void keep_hourly_writes(const simdjson::dom::object& usage, const llm::MeteredUsage& before,
                        llm::MeteredUsage& now) {
  simdjson::dom::object split;
  if (usage["cache_creation"].get(split) == SUCCESS) return;
  const std::int64_t written = now.cache_write_5m + now.cache_write_1h;
  const bool all = before.cache_write_5m == 0 && before.cache_write_1h > 0;
  now.cache_write_1h = all ? written : std::min(before.cache_write_1h, written);
  now.cache_write_5m = written - now.cache_write_1h;
}

// A stream states its input first and its output last, in an object that may have that alone.
void read_usage(const simdjson::dom::object& owner, bool complete, Progress& progress) {
  simdjson::dom::object usage;
  if (owner["usage"].get(usage) != SUCCESS) return;
  read_count(usage, "input_tokens", progress.usage.prompt_tokens);
  read_count(usage, "output_tokens", progress.usage.completion_tokens);
  simdjson::dom::element input;
  if (usage["input_tokens"].get(input) == SUCCESS && !input.is_null()) {
    const auto before = progress.metered;
    note_usage(UsageLayout::anthropic_messages, Members(usage), progress);
    if (before && progress.usage_here) keep_hourly_writes(usage, *before, *progress.metered);
  } else if (progress.metered) {
    std::optional<std::int64_t> output;
    read_count(usage, "output_tokens", output);
    if (output) progress.metered->output = *output;
    progress.usage_here = output.has_value();
    if (const auto cost = stated_cost(Members(usage))) progress.stated_cost = cost;
  }
  progress.usage_complete = complete && progress.metered;
  progress.usage_here = progress.usage_here && complete;
}

void read_message(const simdjson::dom::object& message, bool complete, Progress& progress) {
  read_text(message, "id", progress.id);
  read_text(message, "model", progress.model);
  read_text(message, "provider", progress.provider);
  read_text(message, "stop_reason", progress.finish_reason);
  read_usage(message, complete, progress);
}

class AnthropicMessages final : public Dialect {
 public:
  void read_event(const http::SseEvent& event, Progress& progress) const override {
    if (event.data == "[DONE]") {
      progress.closed = true;
    } else if (event.type == "content_block_delta") {
      progress.content = true;
      ++progress.content_events;
      progress.text.take(event.data, carriers);
    } else if (event.type == "message_stop") {
      progress.complete = true;
    } else if (event.type == "error") {
      progress.error = progress.complete = true;
    } else if (event.type == "message_start") {
      const auto object = parse_object(event.data);
      simdjson::dom::object message;
      if (object && (*object)["message"].get(message) == SUCCESS) {
        read_message(message, false, progress);
      }
    } else if (event.type == "message_delta") {
      const auto object = parse_object(event.data);
      if (!object) return;
      read_usage(*object, true, progress);
      std::string_view reason;
      if ((*object)["delta"]["stop_reason"].get(reason) == SUCCESS) progress.finish_reason = reason;
    }
  }

  void read_answer(const simdjson::dom::object& answer, Progress& progress) const override {
    read_message(answer, true, progress);
    std::string_view type;
    if (answer["type"].get(type) == SUCCESS && type == "error") progress.error = true;
  }

  CostForm cost_form(bool) const override {
    return {.owner = {},
            .prompt = "upstream_inference_prompt_cost",
            .completion = "upstream_inference_completions_cost"};
  }

  std::string error_event(const Error& error, const Progress&) const override {
    return fmt::format(
        "event: error\n"
        R"(data: {{"type":"error","error":{{"type":"{}","message":{}}}}})"
        "\n\n",
        error.code == Errc::upstream_timeout ? "timeout_error" : "api_error",
        json_string(error.message));
  }

  std::string_view terminator() const override { return {}; }
};

}  // namespace

const Dialect& anthropic_messages() {
  static const AnthropicMessages dialect;
  return dialect;
}

}  // namespace tollway::dialects
