// A chat request whose answer is read whole.
#pragma once

#include <functional>
#include <stop_token>

#include "client/chat_attempts.hpp"

namespace tollway::client {

// To be spawned on the runtime's loop. Calls `done` once, at its end.
[[nodiscard]] net::Task<> run_invoke(Runtime::Parts& parts, ChatCallSpec spec,
                                     std::stop_token cancel,
                                     std::function<void(Result<ChatReply>)> done);

}  // namespace tollway::client
