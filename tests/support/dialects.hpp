// The three wire formats of text generation, each with a request, an answer and a stream.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_message.hpp"

namespace tollway::test {

struct Dialect {
  std::string name;   // "chat"
  std::string route;  // "chat/completions", below /api/v1/ and /v1/; as in access records
  // One stream, event by event, each with its blank line; text deltas and, last, what ends the
  // stream in this dialect. The text is "Grüße 漢字 🎉", so that UTF-8 of every length is in it.
  std::vector<std::string> events;
  std::string json;  // the same as a whole answer

  // A request's body.
  [[nodiscard]] std::string body(bool stream) const;
  [[nodiscard]] std::string path() const { return "/api/v1/" + route; }
  [[nodiscard]] std::string whole_stream() const;  // events, joined
  // The events up to and including the first text: what has been produced before a fault.
  [[nodiscard]] std::string begun_stream() const;
};

[[nodiscard]] const Dialect& chat_dialect();
[[nodiscard]] const Dialect& responses_dialect();
[[nodiscard]] const Dialect& messages_dialect();
[[nodiscard]] std::vector<Dialect> all_dialects();

// The text that the streams' deltas add up to.
inline constexpr std::string_view greeting = "Grüße 漢字 🎉";

// For the names of parameterised tests.
void PrintTo(const Dialect& dialect, std::ostream* out);

// Expects that a stream of this dialect ended with the gateway's own error event, and that no
// terminator follows it.
void expect_error_event(const Dialect& dialect, const Answer& answer);
// Expects a whole answer that is the gateway's own error, in the envelope of the path it was asked
// on: OpenRouter's below /api/v1, OpenAI's below /v1, Anthropic's for messages.
void expect_error_answer(const Answer& answer, int status, std::string_view path);

}  // namespace tollway::test
