// A wire format: what its answers and streams say, and how an error is said in it.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "dialects/usage/cost_splice.hpp"
#include "dialects/usage/passed_text.hpp"
#include "http/sse_decoder.hpp"
#include "llm/metered_usage.hpp"
#include "llm/usage.hpp"

namespace tollway::dialects {

// What has been read of one answer, whole or streamed, while its bytes were passed on.
struct Progress {
  std::string id;        // the provider's, e.g. "gen-..."
  std::string model;     // the model that answered
  std::string provider;  // display name of who served it, where stated
  llm::Usage usage;
  std::optional<llm::MeteredUsage> metered;  // where all the counts that are billed were stated
  std::optional<Money> stated_cost;          // what the provider says it charged
  std::optional<llm::ServiceTier> tier;      // that serves; nullopt: not stated
  bool usage_complete = false;               // of the whole answer; some state it in steps
  bool usage_here = false;  // what was read last states counts up to its own moment
  bool byok = false;        // charged to the user's own key at the provider
  std::string finish_reason;
  std::uint64_t content_events = 0;  // of a stream, from the first content on
  PassedText text;                   // of a stream
  std::int64_t created = 0;
  std::int64_t sequence_number = -1;  // responses: of the last event
  bool content = false;               // the first content, reasoning or tool call was seen
  bool finished = false;  // a finish reason was seen: an end of the connection is an end
  bool complete = false;  // the dialect's own terminator was seen
  bool closed = false;    // nothing may follow any more
  bool error = false;     // the provider said that it failed
};

// Stateless: one object serves all requests on all threads.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Notes what one event says. Called for every event of a stream in order, so it looks before it
  // parses. Never fails: what cannot be read is passed on to the client, who may know better.
  virtual void read_event(const http::SseEvent& event, Progress& progress) const = 0;
  // Notes what a whole JSON answer says.
  virtual void read_answer(const simdjson::dom::object& answer, Progress& progress) const = 0;

  // Where its answers, or the events that state usage, say what was charged.
  [[nodiscard]] virtual CostForm cost_form(bool streamed) const = 0;

  // The event that ends a stream which failed after it began, and what must follow a stream that
  // ended properly but without its terminator. Both with their blank line.
  [[nodiscard]] virtual std::string error_event(const Error& error,
                                                const Progress& progress) const = 0;
  [[nodiscard]] virtual std::string_view terminator() const = 0;
};

// OpenAI's chat completions, the legacy completions (same chunks, other choices), and everything
// that answers in the same envelope without streaming (embeddings, rerank, models).
[[nodiscard]] const Dialect& openai_chat();
[[nodiscard]] const Dialect& openai_completions();
[[nodiscard]] const Dialect& openai_responses();
[[nodiscard]] const Dialect& anthropic_messages();

}  // namespace tollway::dialects
