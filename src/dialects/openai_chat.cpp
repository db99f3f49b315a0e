// Chat completions and the legacy completions, whose chunks differ only in their choices
// (OpenRouter's API reference, "Streaming"; OpenAI's API reference, "The chat completion chunk
// object").
#include <fmt/format.h>

#include <array>

#include "dialects/dialect.hpp"
#include "dialects/json_reader.hpp"
#include "dialects/usage/note_usage.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;

// Where models' words stand in chunks. A reasoning chunk has an empty content beside it.
constexpr std::array<std::string_view, 6> carriers{
    R"("content")",   R"("reasoning")", R"("reasoning_content")",
    R"("arguments")", R"("text")",      R"("refusal")"};

bool is_filled(const simdjson::dom::object& object, const char* name) {
  std::string_view text;
  if (object[name].get(text) == SUCCESS) return !text.empty();
  simdjson::dom::array items;
  return object[name].get(items) == SUCCESS && items.size() > 0;
}

bool has_content(const simdjson::dom::object& object) {
  simdjson::dom::object choice;
  if (object["choices"].at(0).get(choice) != SUCCESS) return false;
  if (is_filled(choice, "text")) return true;
  simdjson::dom::object delta;
  if (choice["delta"].get(delta) != SUCCESS) return false;
  constexpr const char* members[] = {"content", "reasoning", "tool_calls",       "refusal",
                                     "images",  "audio",     "reasoning_content"};
  for (const char* member : members) {
    if (is_filled(delta, member)) return true;
  }
  return false;
}

class OpenaiChat final : public Dialect {
 public:
  explicit OpenaiChat(bool chat) : chat_(chat) {}

  void read_event(const http::SseEvent& event, Progress& progress) const override {
    const std::string_view data = event.data;
    if (data == "[DONE]") {
      progress.complete = progress.closed = true;
      progress.usage_complete = progress.metered && (progress.usage_complete || !progress.error);
      return;
    }
    // Most chunks carry a piece of text and nothing else: they are searched, not parsed.
    if (progress.content) {
      ++progress.content_events;
      progress.text.take(data, carriers);
    }
    const bool finish = !progress.finished && mentions(data, R"("finish_reason")");
    if (finish) progress.finished = true;
    if (progress.content && !finish && find_name(data, R"("usage")") == data.npos &&
        find_name(data, R"("error")") == data.npos) {
      return;
    }
    const auto object = parse_object(data);
    if (!object) return;
    read_envelope(*object, progress);
    // Some vendors state in each chunk what was used so far.
    if (is_last(*object, progress)) progress.usage_complete = progress.metered.has_value();
    if (!progress.content && has_content(*object)) {
      progress.content = true;
      progress.text.take(data, carriers);
    }
    if (progress.finish_reason == "error") progress.error = true;
  }

  void read_answer(const simdjson::dom::object& answer, Progress& progress) const override {
    read_envelope(answer, progress);
    progress.usage_complete = progress.metered.has_value();
  }

  CostForm cost_form(bool) const override {
    return {.owner = {},
            .prompt = "upstream_inference_prompt_cost",
            .completion = "upstream_inference_completions_cost"};
  }

  std::string error_event(const Error& error, const Progress& progress) const override {
    const bool timeout = error.code == Errc::upstream_timeout;
    return fmt::format(
        R"(data: {{"id":{},"object":"{}","created":{},"model":{},"choices":[{{"index":0,{},)"
        R"("finish_reason":"error"}}],"error":{{"code":{},"message":{},)"
        R"("metadata":{{"error_type":"{}"}}}}}})"
        "\n\n",
        json_string(progress.id), chat_ ? "chat.completion.chunk" : "text_completion",
        progress.created, json_string(progress.model),
        chat_ ? R"("delta":{"content":""})" : R"("text":"")", timeout ? 504 : 502,
        json_string(error.message), timeout ? "timeout" : "provider_unavailable");
  }

  std::string_view terminator() const override { return "data: [DONE]\n\n"; }

 private:
  // Whether usage that has been read is that of the whole answer: a finish reason has been seen, or
  // the chunk is made for usage and has no choices.
  static bool is_last(const simdjson::dom::object& chunk, const Progress& progress) {
    if (!progress.finish_reason.empty() && progress.finish_reason != "error") return true;
    simdjson::dom::array choices;
    simdjson::dom::object usage;
    return chunk["choices"].get(choices) == SUCCESS && choices.size() == 0 &&
           chunk["usage"].get(usage) == SUCCESS;
  }

  static void read_envelope(const simdjson::dom::object& envelope, Progress& progress) {
    const Members object(envelope);
    if (progress.id.empty()) {
      read_text(object, "id", progress.id);
      read_text(object, "model", progress.model);
      read_text(object, "provider", progress.provider);
      read_integer(object, "created", progress.created);
    }
    note_tier(object, progress);
    simdjson::dom::object stated;
    if (object["usage"].get(stated) == SUCCESS) {
      const Members usage(stated);
      read_count(usage, "prompt_tokens", progress.usage.prompt_tokens);
      read_count(usage, "completion_tokens", progress.usage.completion_tokens);
      note_usage(UsageLayout::openai_chat, usage, progress);
    }
    std::string_view reason;
    if (object["choices"].at(0)["finish_reason"].get(reason) == SUCCESS) {
      progress.finish_reason = reason;
    }
    simdjson::dom::element error;
    if (object["error"].get(error) == SUCCESS && !error.is_null()) progress.error = true;
  }

  bool chat_;
};

}  // namespace

const Dialect& openai_chat() {
  static const OpenaiChat dialect(true);
  return dialect;
}

const Dialect& openai_completions() {
  static const OpenaiChat dialect(false);
  return dialect;
}

}  // namespace tollway::dialects
