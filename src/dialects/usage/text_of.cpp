#include "dialects/usage/text_of.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 10> prompt_members{
    "messages", "input", "prompt", "system",    "instructions",
    "tools",    "query", "suffix", "functions", "documents"};
// What no model reads as text: kinds, references, and data of other media.
constexpr std::array<std::string_view, 12> no_prompt{
    "type",      "url", "image_url",    "data",    "file_data",         "file_id",
    "signature", "id",  "tool_call_id", "call_id", "encrypted_content", "media_type"};
constexpr std::array<std::string_view, 8> answer_members{
    "content",   "text",    "reasoning", "reasoning_content",
    "arguments", "refusal", "thinking",  "partial_json"};
// Lists that say again what stands elsewhere.
constexpr std::array<std::string_view, 2> no_answer{"reasoning_details", "annotations"};

bool is_in(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void add_prompt(const element& value, bool with_names, llm::TextSample& sample) {
  std::string_view text;
  simdjson::dom::array items;
  simdjson::dom::object object;
  if (value.get(text) == SUCCESS) {
    if (!text.starts_with("data:")) sample.add(text);
  } else if (value.get(items) == SUCCESS) {
    for (const element item : items) add_prompt(item, with_names, sample);
  } else if (value.get(object) == SUCCESS) {
    for (const auto [name, member] : object) {
      if (with_names) sample.add(name);
      if (!is_in(no_prompt, name)) add_prompt(member, with_names, sample);
    }
  }
}

// `said`: the value stands behind a name under which models write.
void add_answer(const element& value, bool said, llm::TextSample& sample) {
  std::string_view text;
  simdjson::dom::array items;
  simdjson::dom::object object;
  if (value.get(text) == SUCCESS) {
    if (said) sample.add(text);
  } else if (value.get(items) == SUCCESS) {
    for (const element item : items) add_answer(item, false, sample);
  } else if (value.get(object) == SUCCESS) {
    for (const auto [name, member] : object) {
      if (!is_in(no_answer, name)) add_answer(member, is_in(answer_members, name), sample);
    }
  }
}

}  // namespace

PromptText prompt_text(const simdjson::dom::object& request) {
  PromptText prompt;
  for (const auto [name, value] : request) {
    if (!is_in(prompt_members, name)) continue;
    add_prompt(value, name == "tools" || name == "functions", prompt.text);
    simdjson::dom::array messages;
    if (name == "messages" && value.get(messages) == SUCCESS) {
      prompt.messages = static_cast<std::int64_t>(messages.size());
    }
  }
  return prompt;
}

llm::TextSample answer_text(const simdjson::dom::object& answer) {
  llm::TextSample sample;
  for (const auto* name : {"choices", "output", "content"}) {
    element value;
    if (answer[name].get(value) == SUCCESS) add_answer(value, false, sample);
  }
  return sample;
}

}  // namespace tollway::dialects
