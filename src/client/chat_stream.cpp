#include <utility>

#include "base/error.hpp"
#include "client/chat_stream_state.hpp"
#include "client/waiting.hpp"

namespace tollway {
namespace {

using Next = ChatStream::State::Next;

// Out of an inbox that holds something, or is at its end.
Next take(client::ChatStreamCall::Inbox& inbox) {
  if (!inbox.deltas.empty()) {
    Next next = std::optional(std::move(inbox.deltas.front()));
    inbox.deltas.pop_front();
    return next;
  }
  if (inbox.end && !*inbox.end) return std::unexpected(inbox.end->error());
  return std::nullopt;
}

void pull(Runtime::Parts& parts, const std::shared_ptr<client::ChatStreamCall>& call,
          std::function<void(Next)> done) {
  parts.loop.post([&parts, call, done = std::move(done)]() mutable {
    auto pulled = [call = call.get(), done = std::move(done)](const Result<>&) {
      done(take(call->inbox()));
    };
    parts.loop.tasks().spawn(client::ChatStreamCall::run_pull(call, std::move(pulled)));
  });
}

}  // namespace

ChatStream::State::State(std::shared_ptr<Runtime> the_runtime,
                         std::shared_ptr<client::ChatStreamCall> the_call)
    : runtime(std::move(the_runtime)), call(std::move(the_call)) {}

ChatStream::State::~State() {
  // The call ends where it lives, on the runtime's thread.
  runtime->parts().loop.post([call = std::move(call)] { call->close(); });
}

std::optional<Next> ChatStream::State::take_ready() {
  if (cancelled) {
    call->settle();
    return std::unexpected(client::cancelled());
  }
  auto& inbox = call->inbox();
  if (inbox.deltas.empty() && !inbox.end) return {};
  return take(inbox);
}

void ChatStream::State::cancel() noexcept {
  if (cancelled.exchange(true)) return;
  runtime->parts().loop.post([call = call] { call->close(); });
}

ChatStream::ChatStream(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
ChatStream::ChatStream(ChatStream&&) noexcept = default;
ChatStream& ChatStream::operator=(ChatStream&&) noexcept = default;
ChatStream::~ChatStream() = default;

Result<std::optional<ChatDelta>> ChatStream::next() {
  if (auto ready = state_->take_ready()) return std::move(*ready);
  Runtime::Parts& parts = state_->runtime->parts();
  return client::wait_for<std::optional<ChatDelta>>(parts,
                                                    [this, &parts](std::function<void(Next)> done) {
                                                      pull(parts, state_->call, std::move(done));
                                                    });
}

void ChatStream::async_next(std::function<void(Result<std::optional<ChatDelta>>)> done) {
  Runtime::Parts& parts = state_->runtime->parts();
  if (auto ready = state_->take_ready()) {
    parts.loop.post(
        [ready = std::move(*ready), done = std::move(done)]() mutable { done(std::move(ready)); });
    return;
  }
  pull(parts, state_->call, std::move(done));
}

const ChatReply& ChatStream::reply() const noexcept {
  return state_->call->reply();
}

void ChatStream::cancel() noexcept {
  state_->cancel();
}

}  // namespace tollway
