// What a ChatStream holds, for the library's own sources.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "client/chat_stream_call.hpp"
#include "tollway/chat_model.hpp"

namespace tollway {

// The consumer's side. The call knows nothing of the runtime that keeps its thread running, so that
// the thread never holds itself.
struct ChatStream::State {
  State(std::shared_ptr<Runtime> runtime, std::shared_ptr<client::ChatStreamCall> call);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  using Next = Result<std::optional<ChatDelta>>;
  // What can be said without asking the runtime's thread.
  [[nodiscard]] std::optional<Next> take_ready();
  void cancel() noexcept;

  std::shared_ptr<Runtime> runtime;
  std::shared_ptr<client::ChatStreamCall> call;
  std::atomic<bool> cancelled = false;
};

}  // namespace tollway
