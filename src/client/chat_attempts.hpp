// One chat request through its attempts, on the runtime's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/alternatives.hpp"
#include "client/chat_model_state.hpp"
#include "client/runtime.hpp"
#include "dialects/chat_request_writer.hpp"
#include "dispatch/pause.hpp"
#include "routing/course.hpp"
#include "tollway/chat.hpp"

namespace tollway::client {

// What a call is made of, whether its answer is read whole or as a stream.
struct ChatCallSpec {
  std::vector<ChatUpstream> upstreams;  // at least one
  std::shared_ptr<Decision> decision;   // who of them is asked, in which order; null: in theirs
  dialects::ChatRequestBody body;       // for the first of them
  std::string model;                    // that it asks for
  std::optional<ChatRequest> request;   // what the others' bodies are made of, where there are any
  bool stream = false;
  std::int64_t tokens = 0;  // of prompt and answer, estimated
  net::TimePoint started;
  net::TimePoint deadline;
  std::vector<Attempt>* failed_attempts = nullptr;  // the caller's, for a call that fails
  std::string* explanation = nullptr;               // the caller's, of the decision
};

// Goes the way that routing::Course leads, with a ClientCall for each attempt, and keeps the record
// of them. Every error it returns is free of the API keys.
class ChatAttempts {
 public:
  ChatAttempts(Runtime::Parts& parts, net::Abort& abort, ChatCallSpec spec);
  ChatAttempts(const ChatAttempts&) = delete;
  ChatAttempts& operator=(const ChatAttempts&) = delete;

  // Leads to the head of the next answer with status 200: waits, sends, and goes on after failures.
  // An error is what the call ends with: of the last attempt, or why none was made
  // (Errc::overloaded).
  [[nodiscard]] net::Task<Result<>> open();
  [[nodiscard]] bool is_open() const noexcept { return call_.has_value(); }
  [[nodiscard]] net::ClientCall& call() noexcept { return *call_; }
  [[nodiscard]] bool is_event_stream() const;
  // The rest of the answer; upstream_too_large beyond the limit.
  [[nodiscard]] net::Task<Result<std::string>> read_body(std::size_t bytes_max);

  // The answer is none, and nothing of it was handed out: open() goes on. `said` is the answer or
  // event that says so, if there was one.
  void failed(Error error, std::string_view said = {});
  // It broke off after something of it was handed out: this was the last attempt.
  void broke_off(Error& error);
  // The attempt succeeded: puts it on record, and all into the reply.
  void succeeded(ChatReply& reply);
  // What was recorded and measured so far.
  void report(ChatReply& reply);
  // What the reply used and cost, as far as it came.
  void complete(ChatReply& reply) const;
  void note_first_token();
  // The call has failed: tells the caller of its attempts, where he wants to know.
  void tell_attempts() const;
  // Lets go of the connection, which another call may use if its answer was read to the end.
  void close() noexcept { call_.reset(); }

  // Of whom is being asked.
  [[nodiscard]] const std::string& provider_name() const noexcept {
    return facts().options.provider_name;
  }

 private:
  [[nodiscard]] const ChatModelFacts& facts() const noexcept {
    return *spec_.upstreams[current_].facts;
  }
  [[nodiscard]] const std::string& model() const noexcept {
    return current_ == 0 ? spec_.model : facts().options.model;
  }
  [[nodiscard]] const dialects::ChatRequestBody& body() const noexcept {
    return *bodies_[current_];
  }
  [[nodiscard]] Result<> decide();
  [[nodiscard]] Result<> turn_to(std::size_t upstream);
  [[nodiscard]] net::Task<Result<>> attempt();
  [[nodiscard]] net::Task<Result<>> attempt_once();
  [[nodiscard]] net::Task<Result<>> send();
  [[nodiscard]] bool corrected();
  void end_attempt(Error& error);
  void record(std::string_view error);
  [[nodiscard]] std::optional<routing::FailureClass> class_of(const Error& error) const;
  [[nodiscard]] Error last_error(net::TimePoint until);
  [[nodiscard]] std::string why_nobody_was_asked() const;
  void redact(Error& error) const;

  Runtime::Parts& parts_;
  net::Abort& abort_;
  ChatCallSpec spec_;
  std::size_t current_ = 0;                                       // of spec_.upstreams
  std::vector<std::optional<dialects::ChatRequestBody>> bodies_;  // of those asked so far
  Engine& engine_;
  Result<> decided_;
  std::vector<routing::Candidate> candidates_;
  std::vector<routing::Place> places_;
  routing::Course course_;
  dispatch::Pause pause_;
  std::optional<net::ClientCall> call_;
  net::TimePoint attempt_started_{};
  std::optional<net::TimePoint> first_byte_at_;
  std::optional<net::TimePoint> first_token_at_;
  int status_ = 0;    // of the attempt's answer; 0 before there is one
  std::string said_;  // by an answer that is an error
  std::optional<routing::Duration> retry_after_;
  std::optional<Error> error_;  // of the last attempt
  bool over_ = false;           // whoever else there is, error_ is what the call ends with
  std::vector<Attempt> attempts_;
  Timing timing_;
};

}  // namespace tollway::client
