// Server-sent events: the WHATWG event stream format
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/limits.hpp"

namespace tollway::http {

// May stand at the very start of a stream, and is no part of the first event's first line.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Cuts a byte stream into events without copying. An event is everything up to and including the
// blank line that ends it: comments before it, its fields, any mix of CR, LF and CRLF. Used by the
// relay, which passes events on as they are, and by SseDecoder. A blank line where no event has
// begun is an event of its own, without fields. Each byte is looked at once, however often next()
// is called.
class SseCutter {
 public:
  // `pending` holds all bytes since the end of the last event, and grows from call to call.
  // Returns the size of the first complete event in it, nullopt while there is none; after an event
  // the next call begins behind it. A CR at the very end of `pending` waits for the next byte,
  // which may be its LF.
  [[nodiscard]] std::optional<std::size_t> next(std::string_view pending);

 private:
  std::size_t scanned_ = 0;     // bytes of `pending` known to hold no end
  std::size_t line_begin_ = 0;  // where the line at scanned_ begins
  std::size_t line_feed_ = 0;   // no LF between scanned_ and here
};

// One event's fields. Views point into the bytes given, or into `scratch` when `data` had several
// lines, and last as long as both do.
struct SseEvent {
  std::string_view type;  // the "event" field; empty means "message"
  std::string_view data;  // lines joined by LF
  std::string_view id;    // empty where it holds NUL, as the specification says
  bool has_data = false;  // false for pure comments, which dispatch nothing
};
// `block` is what SseCutter cut, without a byte order mark.
[[nodiscard]] SseEvent parse_sse_event(std::string_view block, std::string& scratch);

// The whole thing for consumers: bytes in, events out, in order. A byte order mark at the start is
// skipped; an unfinished event at the end is discarded, as the specification says. Sans-IO.
class SseDecoder {
 public:
  explicit SseDecoder(std::size_t event_bytes_max = limits::sse_event_bytes_max)
      : event_bytes_max_(event_bytes_max) {}

  // Adds bytes. An error (upstream_too_large) when the event at the front, finished or not, exceeds
  // the limit. Take all events out before adding more.
  [[nodiscard]] Result<> feed(std::string_view bytes);
  // The stream is over: a CR at its end is a whole line end and may complete the last event.
  void finish();
  // The next event that has data; its views last until the next call.
  [[nodiscard]] std::optional<SseEvent> next();

 private:
  std::size_t event_bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool at_start_ = true;
  SseCutter cutter_;
  std::optional<std::size_t> event_size_;  // of the event at begin_, once it is complete
  std::string scratch_;
};

}  // namespace tollway::http
