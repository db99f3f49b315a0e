// What a chat request is to each of those that it may be sent to.
#pragma once

#include "client/chat_model_state.hpp"
#include "dialects/chat_request_writer.hpp"
#include "tollway/chat.hpp"

namespace tollway::client {

// The request's body for the model's own upstream. Errors are those of write_chat_request().
[[nodiscard]] Result<dialects::ChatRequestBody> chat_body(const ChatModelFacts& facts,
                                                          const ChatRequest& request, bool stream);

// The same for one that stands behind it, which is asked for its own model, and not for what only
// OpenRouter understands unless it is OpenRouter.
[[nodiscard]] Result<dialects::ChatRequestBody> fallback_chat_body(const ChatModelFacts& facts,
                                                                   ChatRequest request,
                                                                   bool stream);

}  // namespace tollway::client
