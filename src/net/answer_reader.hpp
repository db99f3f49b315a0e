// An upstream's answer from bytes: sans-IO, so that it is tested without sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/inflater.hpp"
#include "http/message_parser.hpp"
#include "net/read_buffer.hpp"

namespace tollway::net {

// Holds the read buffer, the parser and the decoder of one answer after another. Errors are
// upstream_invalid, upstream_too_large or connection_lost and are final for the connection.
// Not thread-safe.
class AnswerReader {
 public:
  // Another answer on a fresh or quiet connection. With `no_body`, none follows the head, whatever
  // its headers say: the request was HEAD.
  void begin(bool no_body);

  // Where to read to, and how much came. Ends the life of what next() returned.
  [[nodiscard]] std::span<char> prepare();
  void received(std::size_t size);
  // The peer ended its stream in an orderly way. An error unless the answer ends with it.
  [[nodiscard]] Result<> closed();

  // True once the head of the answer is there; informational ones before it are skipped.
  [[nodiscard]] Result<bool> read_head();
  [[nodiscard]] const http::Head& head() const noexcept { return parser_.head(); }

  struct Content {
    std::string_view bytes;  // decoded; empty: more must be received
    bool end = false;        // nothing comes after them
  };
  // All content received so far; valid until prepare() or the next call.
  [[nodiscard]] Result<Content> next();

  // True once any byte of the answer, informational ones included, has come.
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  // True when bytes lie here that have not been used.
  [[nodiscard]] bool has_unread() const noexcept { return buffer_.unread().size() > used_; }
  // True when the answer is complete and its connection can carry another: the peer keeps it
  // open, and no byte came behind the answer's end (tests.md U25).
  [[nodiscard]] bool leaves_connection_usable() const noexcept;

 private:
  [[nodiscard]] Result<> check_coding();
  [[nodiscard]] Result<std::string_view> decode(std::string_view bytes);
  [[nodiscard]] Result<> check_decoded_whole() const;
  void drop_used();

  ReadBuffer buffer_;
  http::MessageParser parser_{http::MessageParser::Kind::response};
  std::optional<http::Inflater> inflater_;
  std::string decoded_;
  std::size_t used_ = 0;  // bytes at the buffer's front that next() has handed out
  int informational_ = 0;
  bool no_body_ = false;
  bool begun_ = false;
  bool coded_bytes_came_ = false;
};

}  // namespace tollway::net
