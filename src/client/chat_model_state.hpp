// What a ChatModel holds, for the library's own sources.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "client/chat_model_options.hpp"

namespace tollway {

// What its calls need; they keep it alive. It does not hold the runtime, which its calls must not
// keep alive: they run on its thread, and its end is theirs.
struct ChatModelFacts {
  client::ChatModelOptions options;  // without the runtime
  std::string target;                // "/api/v1/chat/completions?api-version=..."
  // The model has refused the default temperature once, and is not sent it again.
  mutable std::atomic<bool> temperature_refused = false;
};

struct ChatModel::State {
  std::shared_ptr<const ChatModelFacts> facts;
  std::shared_ptr<Runtime> runtime;
};

}  // namespace tollway
