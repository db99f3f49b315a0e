// One chat request through its attempts, on the runtime's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/chat_model_state.hpp"
#include "client/runtime.hpp"
#include "dialects/chat_request_writer.hpp"
#include "tollway/chat.hpp"

namespace tollway::client {

// What a call is made of, whether its answer is read whole or as a stream.
struct ChatCallSpec {
  std::shared_ptr<const ChatModelFacts> facts;
  dialects::ChatRequestBody body;
  bool stream = false;
  std::string model;  // that the body asks for
  net::TimePoint started;
  net::TimePoint deadline;
};

// Makes attempts, each on a ClientCall of its own, and keeps the record of them. Every error it
// returns is free of the API key.
class ChatAttempts {
 public:
  ChatAttempts(Runtime::Parts& parts, net::Abort& abort, ChatCallSpec spec);

  // Begins an attempt: sends the request and reads the head of a 200. Any other answer is the error
  // that it says (dialects/chat_problem.hpp).
  [[nodiscard]] net::Task<Result<>> open();
  [[nodiscard]] bool is_open() const noexcept { return call_.has_value(); }
  [[nodiscard]] net::ClientCall& call() noexcept { return *call_; }
  [[nodiscard]] bool is_event_stream() const;
  // The rest of the answer; upstream_too_large beyond the limit.
  [[nodiscard]] net::Task<Result<std::string>> read_body(std::size_t bytes_max);

  // The attempt failed: puts it on record and lets its connection go. True after the wait before
  // another attempt; where there is none to be, `error` is what to report.
  [[nodiscard]] net::Task<bool> try_again(Error& error);
  // The attempt failed and is the last: puts it on record and lets its connection go.
  void failed(Error& error);
  // The attempt succeeded: puts it on record, and all into the reply.
  void succeeded(ChatReply& reply);
  // What was recorded and measured so far.
  void report(ChatReply& reply);
  void note_first_token();
  // Lets go of the connection, which another call may use if its answer was read to the end.
  void close() noexcept { call_.reset(); }

  [[nodiscard]] const ChatCallSpec& spec() const noexcept { return spec_; }

 private:
  [[nodiscard]] net::Task<Result<>> send();
  [[nodiscard]] bool corrected();
  void record(int status, std::string_view error);
  void redact(Error& error) const;

  Runtime::Parts& parts_;
  net::Abort& abort_;
  ChatCallSpec spec_;
  std::optional<net::ClientCall> call_;
  net::TimePoint attempt_started_{};
  int status_ = 0;                    // of the attempt's answer; 0 before there is one
  bool temperature_refused_ = false;  // says the attempt's answer
  int corrections_ = 0;  // attempts that differ from the one before, and are no retries
  std::optional<std::chrono::seconds> retry_after_;
  std::vector<Attempt> attempts_;
  Timing timing_;
};

}  // namespace tollway::client
