// Fields that whole chat answers and their streams share.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>

#include "tollway/chat.hpp"

namespace tollway::dialects {

// "content" as text or as a list of parts (Mistral's); what parts of thinking say is reasoning.
void append_content(const simdjson::dom::element& content, std::string& text,
                    std::string& reasoning);
// The reasoning's text under either of its names.
void append_reasoning(const simdjson::dom::object& message, std::string& reasoning);

// Counts, and what was paid where the provider says so. What is not stated is left as it is; a
// negative or absurd amount counts as not stated.
void read_chat_usage(const simdjson::dom::object& answer, Usage& usage, std::optional<Money>& cost);

// "id", "model" and "provider" of an answer or chunk, where they are still empty, and the newest
// "service_tier".
void read_envelope(const simdjson::dom::object& answer, ChatReply& reply);

// "function" of a tool call: the name, and the arguments as text ({} where a server sends an
// object). Empty where absent.
struct FunctionText {
  std::string name;
  std::string arguments;
};
[[nodiscard]] FunctionText read_function(const simdjson::dom::object& tool_call);

}  // namespace tollway::dialects
