// A chat request whose answer is read piece by piece, as its consumer asks for them.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "client/chat_attempts.hpp"
#include "dialects/chat_stream_reader.hpp"
#include "http/sse_decoder.hpp"

namespace tollway::client {

// Runs on the runtime's loop while a task of its own is under way, and rests in between: what is
// not asked for is not read, so that a slow consumer slows the upstream down. While it rests its
// consumer's thread may use `inbox` and `reply()`. Made, closed and destroyed on the loop's thread.
class ChatStreamCall : public std::enable_shared_from_this<ChatStreamCall> {
 public:
  using Opened = std::function<void(Result<std::shared_ptr<ChatStreamCall>>)>;
  using Pulled = std::function<void(Result<>)>;

  // What was read and not yet handed out, and how the stream ended.
  struct Inbox {
    std::deque<ChatDelta> deltas;
    std::optional<Result<>> end;  // after the deltas
  };

  ChatStreamCall(Runtime::Parts& parts, ChatCallSpec spec, std::stop_token cancel);
  ChatStreamCall(const ChatStreamCall&) = delete;
  ChatStreamCall& operator=(const ChatStreamCall&) = delete;

  // To be spawned on the loop. Reads until the head of a good answer, then calls `opened` with
  // the stream.
  [[nodiscard]] static net::Task<> run_open(Runtime::Parts& parts, ChatCallSpec spec,
                                            std::stop_token cancel, Opened opened);
  // To be spawned on the loop, one at a time. Calls `pulled` once the inbox holds something.
  [[nodiscard]] static net::Task<> run_pull(std::shared_ptr<ChatStreamCall> call, Pulled pulled);

  // On the loop's thread: nobody waits for more. Breaks off what has not ended.
  void close();

  [[nodiscard]] Inbox& inbox() noexcept { return inbox_; }
  [[nodiscard]] const ChatReply& reply() const noexcept { return reader_.reply(); }
  // While it rests: there will be no more, so what the reply used and cost is what it is now.
  void settle();

 private:
  [[nodiscard]] net::Task<Result<>> open();
  [[nodiscard]] net::Task<Result<>> fill();
  [[nodiscard]] net::Task<Result<>> fill_from_answer();
  [[nodiscard]] net::Task<Result<>> read_whole();
  [[nodiscard]] Result<> read_events();
  [[nodiscard]] Result<> finish();
  [[nodiscard]] net::Task<> read_rest();
  static void on_abort(void* self);
  void drop_if_resting();

  Runtime::Parts& parts_;
  ActiveCall active_;
  // A task finds out by itself; what rests has nobody else to close its connection.
  net::Abort::Hook abort_hook_;
  CancelOnStop cancelling_;
  ChatAttempts attempts_;
  http::SseDecoder decoder_;
  dialects::ChatStreamReader reader_;
  std::string said_;  // the answer or event that says that the attempt failed
  Inbox inbox_;
  bool busy_ = true;        // a task is under way
  bool delivered_ = false;  // something was handed out: another attempt would begin anew
};

}  // namespace tollway::client
