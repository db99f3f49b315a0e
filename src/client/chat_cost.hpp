// What a reply used and cost, where its provider does not say.
#pragma once

#include <string_view>

#include "client/chat_model_options.hpp"
#include "tollway/chat.hpp"

namespace tollway::client {

// Counts the tokens that are not stated, of the request and of what came of the answer, and prices
// them where no cost is stated: by the operator's overrides, else by the built-in sheets. What has
// no price stays unknown.
void complete_cost(ChatReply& reply, const ChatModelOptions& options, std::string_view request_body,
                   std::string_view model_asked);

}  // namespace tollway::client
