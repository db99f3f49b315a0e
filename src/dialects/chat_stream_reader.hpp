// A streamed chat answer, event by event (OpenRouter's API reference, "Streaming").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dialects/reasoning_details.hpp"
#include "http/sse_decoder.hpp"
#include "tollway/chat.hpp"

namespace tollway::dialects {

// Takes the events of one stream in order and puts the reply together. Sans-IO, not thread-safe.
// After an error the stream is over.
class ChatStreamReader {
 public:
  // `provider` names who was asked, in messages and where the stream does not say who served it.
  explicit ChatStreamReader(std::string provider);

  // What the event adds to the answer; nullopt where that is nothing. Errors: what the provider
  // says about its failure (chat_problem.hpp), upstream_invalid for data that is no JSON object,
  // upstream_too_large for a reply beyond limits::chat_answer_bytes_max.
  [[nodiscard]] Result<std::optional<ChatDelta>> read(const http::SseEvent& event);
  // True once [DONE] has come: whatever follows is not looked at.
  [[nodiscard]] bool done() const noexcept { return done_; }
  // The stream is over, by [DONE] or by a clean end of the message. Errc::connection_lost where the
  // model had not finished.
  [[nodiscard]] Result<> end();

  // What has come so far; reasoning_details_json only after end().
  [[nodiscard]] const ChatReply& reply() const noexcept { return reply_; }
  [[nodiscard]] ChatReply& reply() noexcept { return reply_; }

 private:
  [[nodiscard]] Result<> read_choice(const simdjson::dom::object& choice, ChatDelta& delta);
  [[nodiscard]] Result<> read_delta(const simdjson::dom::object& fields, ChatDelta& delta);
  [[nodiscard]] Result<> read_tool_calls(const simdjson::dom::object& fields, ChatDelta& delta);
  [[nodiscard]] std::size_t place_of(const simdjson::dom::object& call, std::string_view id);
  void take_over(const ChatDelta& delta);
  [[nodiscard]] std::unexpected<Error> too_large() const;

  std::string provider_;
  ChatReply reply_;
  ReasoningDetails reasoning_details_;
  std::vector<std::int64_t> tool_indexes_;  // of reply_.tool_calls, as the provider counts
  std::size_t bytes_ = 0;                   // of all events so far
  bool done_ = false;
};

}  // namespace tollway::dialects
