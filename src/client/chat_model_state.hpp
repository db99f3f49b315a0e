// What a ChatModel holds, for the library's own sources.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "client/chat_model_options.hpp"
#include "client/engine.hpp"

namespace tollway {

// What its calls need; they keep it alive. It does not hold the runtime, which its calls must not
// keep alive: they run on its thread, and its end is theirs.
struct ChatModelFacts {
  client::ChatModelOptions options;  // without the runtime
  std::string target;                // "/api/v1/chat/completions?api-version=..."
  // The model has refused the default temperature once, and is not sent it again.
  mutable std::atomic<bool> temperature_refused = false;
};

namespace client {

// One of those that a model's calls can be sent to.
struct ChatUpstream {
  std::shared_ptr<const ChatModelFacts> facts;
  UpstreamKey key;
  // Those of one stage are chosen between; those of the next are asked after them.
  std::uint32_t stage = 0;
};

struct Alternatives;

}  // namespace client

struct ChatModel::State {
  std::vector<client::ChatUpstream> upstreams;  // never empty; the first is the model's own
  // Null: no stage has several, so that there is nothing to choose.
  std::shared_ptr<const client::Alternatives> alternatives;
  std::shared_ptr<Runtime> runtime;
};

}  // namespace tollway
