// HTTP/1.1 messages from bytes: llhttp in strict mode, and what it leaves open closed.
#pragma once

#include <llhttp.h>

#include <cstddef>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "http/head.hpp"

namespace tollway::http {

// Parses one message after another from a byte stream that is cut anywhere. Sans-IO, not
// thread-safe. After an error the stream is beyond repair: answer, then close.
//
// Refused, beyond what llhttp's strict mode refuses (RFC 9112; tests.md C05, C08, U24):
// Content-Length together with Transfer-Encoding, a second Content-Length or Host, a transfer
// coding other than exactly "chunked", Transfer-Encoding in HTTP/1.0, folded lines, bare CR or LF,
// an empty header name, control characters in a value, a Content-Length that is not digits only or
// overflows; in requests a missing (1.1) or malformed Host (it may hold none of "/?#@\\" or white
// space), a target that does not begin with "/" (or is not "*" with OPTIONS), and versions other
// than 1.0 and 1.1. One empty line before a request is skipped.
//
// Upgrade is ignored and CONNECT is a method like others, so no message turns into a tunnel. 1xx
// answers are messages of their own, without a body: reset() and parse on.
class MessageParser {
 public:
  enum class Kind { request, response };
  struct Limits {
    std::size_t head_bytes_max = limits::head_bytes_max;
    std::size_t header_count_max = limits::header_count_max;
  };

  // Errors carry Source::client and Errc::bad_request or head_too_large for requests,
  // Source::upstream and Errc::upstream_invalid for answers.
  explicit MessageParser(Kind kind) : MessageParser(kind, Limits{}) {}
  MessageParser(Kind kind, Limits limits);
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  // Takes bytes of a head and returns how many it used. Call again with what follows until
  // head_complete(); bytes after the head are left alone.
  [[nodiscard]] Result<std::size_t> parse_head(std::string_view bytes);
  [[nodiscard]] bool head_complete() const noexcept { return head_complete_; }
  [[nodiscard]] bool head_begun() const noexcept { return head_bytes_ > 0; }
  [[nodiscard]] const Head& head() const noexcept { return head_; }

  // Answers: call after the head when the request was HEAD (or the answer has none by nature), so
  // that no body is expected whatever the headers say.
  void expect_no_body();

  struct BodyStep {
    std::size_t consumed = 0;  // of the bytes handed in
    std::size_t payload = 0;   // bytes of content, moved together to the front of the span
    bool complete = false;
  };
  // Takes bytes of the body. Framing (chunk sizes, extensions, trailers) is removed; what is left
  // lies at bytes[0, payload). Trailers are read and dropped; they and chunk extensions together
  // may take up as much as a head.
  [[nodiscard]] Result<BodyStep> parse_body(std::span<char> bytes);
  [[nodiscard]] bool message_complete() const noexcept { return message_complete_; }

  // True where the body lasts until the connection closes (an answer without length or chunking).
  [[nodiscard]] bool ends_at_close() const noexcept { return ends_at_close_; }
  // The connection was closed by the peer. An error unless the message ends there properly:
  // Errc::cancelled for requests, Errc::connection_lost for answers.
  [[nodiscard]] Result<> finish();

  // Ready for the next message on the same connection.
  void reset();

 private:
  struct Callbacks;  // what llhttp calls back into during one call
  struct Problem {
    std::size_t at = 0;  // byte of the head
    std::string_view what;
  };
  using Check = std::expected<void, Problem>;
  [[nodiscard]] Check check_head();  // check_head.cpp
  [[nodiscard]] Check check_start_line();
  [[nodiscard]] Check check_lines();
  [[nodiscard]] Check check_framing_headers();
  [[nodiscard]] Check check_framing_header(const Head::Field& field);
  void decide_body();
  void note_connection(std::string_view value);
  // Framing around the body's content: line ends are CR LF, nothing is folded, its size is bounded.
  [[nodiscard]] bool pass_framing(std::string_view bytes);
  [[nodiscard]] std::unexpected<Error> error(Errc code, std::string_view what,
                                             std::size_t at) const;

  Kind kind_;
  Limits limits_;
  llhttp_t parser_;
  Head head_;
  std::size_t head_bytes_ = 0;
  std::size_t body_bytes_ = 0;       // received, framing included
  std::size_t framing_run_ = 0;      // bytes of framing since the last content
  std::size_t framing_surplus_ = 0;  // beyond what chunk sizes need
  char framing_last_ = 0;
  bool host_seen_ = false;
  bool connection_close_ = false;  // the options of the Connection header
  bool connection_keep_alive_ = false;
  bool connection_persists_ = false;
  bool head_complete_ = false;
  bool message_complete_ = false;
  bool ends_at_close_ = false;
};

}  // namespace tollway::http
