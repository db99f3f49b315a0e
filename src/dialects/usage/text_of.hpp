// The text in requests and whole answers whose usage nobody stated.
#pragma once

#include <simdjson.h>

#include <cstdint>

#include "llm/text_sample.hpp"

namespace tollway::dialects {

struct PromptText {
  llm::TextSample text;       // of messages, instructions, tools and the like; no images or files
  std::int64_t messages = 0;  // each costs a few tokens of its own
};

// Of a request of any route.
[[nodiscard]] PromptText prompt_text(const simdjson::dom::object& request);
// What the model wrote in a whole answer of any dialect, thoughts and tool calls included.
[[nodiscard]] llm::TextSample answer_text(const simdjson::dom::object& answer);

}  // namespace tollway::dialects
