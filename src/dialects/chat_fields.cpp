#include "dialects/chat_fields.hpp"

#include <fmt/format.h>

#include "dialects/json_reader.hpp"
#include "dialects/usage/written_beside.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

void append_text(const object& from, const char* name, std::string& into) {
  std::string_view text;
  if (from[name].get(text) == SUCCESS) into += text;
}

void append_part(const element& part, std::string& text, std::string& reasoning) {
  std::string_view plain;
  if (part.get(plain) == SUCCESS) {
    text += plain;
    return;
  }
  object fields;
  if (part.get(fields) != SUCCESS) return;
  array thoughts;
  if (fields["thinking"].get(thoughts) == SUCCESS) {
    for (const element thought : thoughts) append_part(thought, reasoning, reasoning);
    return;
  }
  append_text(fields, "text", text);
}

void read_cost(const object& usage, std::optional<Money>& cost) {
  double dollars = 0;
  if (usage["cost"].get(dollars) != SUCCESS || dollars < 0) return;
  // The shortest text that reads back as this number is what the provider wrote, or as good.
  if (const auto parsed = Money::parse(fmt::format("{}", dollars))) cost = *parsed;
}

void read_details(const object& usage, const char* details, const char* name,
                  std::optional<std::int64_t>& into) {
  object fields;
  if (usage[details].get(fields) == SUCCESS) read_count(fields, name, into);
}

// Makes completion_tokens whole where the vendor counts reasoning beside it. `total` is what was
// stated together with it: of a chunk before it would be no total.
void add_written_beside(Usage& usage, std::int64_t total) {
  if (!usage.prompt_tokens || !usage.completion_tokens) return;
  *usage.completion_tokens += written_beside({.prompt = *usage.prompt_tokens,
                                              .completion = *usage.completion_tokens,
                                              .total = total,
                                              .reasoning = usage.reasoning_tokens.value_or(0),
                                              .cache_read = usage.cached_tokens.value_or(0),
                                              .cache_write = usage.cache_write_tokens.value_or(0)});
}

}  // namespace

void append_content(const element& content, std::string& text, std::string& reasoning) {
  std::string_view plain;
  array parts;
  if (content.get(plain) == SUCCESS) {
    text += plain;
  } else if (content.get(parts) == SUCCESS) {
    for (const element part : parts) append_part(part, text, reasoning);
  }
}

void append_reasoning(const object& message, std::string& reasoning) {
  const std::size_t before = reasoning.size();
  append_text(message, "reasoning", reasoning);
  // Some servers send both, saying the same.
  if (reasoning.size() == before) append_text(message, "reasoning_content", reasoning);
}

void read_chat_usage(const object& answer, Usage& usage, std::optional<Money>& cost) {
  object stated;
  if (answer["usage"].get(stated) != SUCCESS && answer["x_groq"]["usage"].get(stated) != SUCCESS) {
    return;
  }
  read_count(stated, "prompt_tokens", usage.prompt_tokens);
  read_count(stated, "completion_tokens", usage.completion_tokens);
  std::optional<std::int64_t> total;
  read_count(stated, "total_tokens", total);
  if (total) usage.total_tokens = total;
  read_count(stated, "prompt_cache_hit_tokens", usage.cached_tokens);  // DeepSeek
  read_details(stated, "prompt_tokens_details", "cached_tokens", usage.cached_tokens);
  read_details(stated, "prompt_tokens_details", "cache_write_tokens", usage.cache_write_tokens);
  read_details(stated, "prompt_tokens_details", "audio_tokens", usage.input_audio_tokens);
  read_details(stated, "prompt_tokens_details", "image_tokens", usage.input_image_tokens);
  read_details(stated, "completion_tokens_details", "reasoning_tokens", usage.reasoning_tokens);
  read_details(stated, "completion_tokens_details", "audio_tokens", usage.output_audio_tokens);
  read_details(stated, "completion_tokens_details", "image_tokens", usage.output_image_tokens);
  add_written_beside(usage, total.value_or(0));
  read_cost(stated, cost);
}

void read_envelope(const object& answer, ChatReply& reply) {
  if (reply.id.empty()) read_text(answer, "id", reply.id);
  if (reply.model.empty()) read_text(answer, "model", reply.model);
  if (reply.provider.empty()) read_text(answer, "provider", reply.provider);
  read_text(answer, "service_tier", reply.service_tier);  // the first chunk of some says "auto"
}

FunctionText read_function(const object& tool_call) {
  FunctionText text;
  object function;
  if (tool_call["function"].get(function) != SUCCESS) return text;
  read_text(function, "name", text.name);
  element arguments;
  if (function["arguments"].get(arguments) != SUCCESS || arguments.is_null()) return text;
  if (arguments.is_string()) {
    read_text(function, "arguments", text.arguments);
  } else {
    text.arguments = simdjson::minify(arguments);
  }
  return text;
}

}  // namespace tollway::dialects
