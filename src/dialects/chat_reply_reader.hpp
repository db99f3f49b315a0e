// A whole chat answer (OpenRouter's API reference, "Chat completion").
#pragma once

#include <string>
#include <string_view>

#include "tollway/chat.hpp"

namespace tollway::dialects {

// Reads the first choice. White space may stand before the JSON. An answer that says it failed, by
// "error" or by a finish reason "error", is that error (chat_problem.hpp); what is not JSON or has
// no choice is upstream_invalid. `provider` names who was asked, in messages and where the answer
// does not say who served it. After an error `body` is as it was.
[[nodiscard]] Result<ChatReply> read_chat_reply(std::string&& body, std::string_view provider);

}  // namespace tollway::dialects
