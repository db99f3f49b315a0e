// One message of a chat request.
#pragma once

#include "dialects/json_writer.hpp"
#include "tollway/chat.hpp"

namespace tollway::dialects {

// Appends the message as one object. Errc::bad_request says what is wrong with it.
[[nodiscard]] Result<> write_chat_message(const Message& message, JsonWriter& json);

}  // namespace tollway::dialects
