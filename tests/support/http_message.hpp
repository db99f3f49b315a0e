// HTTP/1.1 messages as a test looks at them: read leniently, so that what is wrong can be asserted.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/wire.hpp"

namespace tollway::test {

namespace json = boost::json;

// The headers of a message, in order, as sent.
class Headers {
 public:
  void add(std::string name, std::string value) {
    lines_.emplace_back(std::move(name), std::move(value));
  }
  // The first value under that name, case ignored; nullopt where there is none.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& lines() const noexcept {
    return lines_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

struct Message {
  std::string start_line;  // without its line end
  Headers headers;
  std::string raw_head;   // as it came, the blank line included
  std::string body;       // without chunked framing
  bool complete = false;  // ended as its framing says; a body that lasts to the close is complete
                          // at an orderly close

  // The body as JSON; null and a failed test where it is none.
  [[nodiscard]] json::value body_json() const;
};

struct Request : Message {
  std::string method;
  std::string target;
  int connection = 0;  // index of the connection it came on
};

struct Answer : Message {
  int status = 0;            // 0: no answer came
  std::vector<int> interim;  // 1xx before it
};

// Reads messages from a connection one after another; bytes behind a message wait for the next.
class MessageReader {
 public:
  explicit MessageReader(Wire& wire) : wire_(wire) {}

  // Start line and headers; false when the connection ended or the time ran out before.
  [[nodiscard]] bool read_head(Message& message, bool is_answer, Millis timeout = patience);
  // More of the body: true while there may be yet more, false at its end, however it came about
  // (message.complete tells).
  bool read_some(Message& message, Millis timeout = patience);
  void read_body(Message& message, Millis timeout = patience);
  // What a body is framed by is decided in read_head(); a HEAD request's answer has none.
  void expect_no_body() noexcept { framing_ = Framing::none; }

  // Bytes that came and belong to no message yet.
  [[nodiscard]] const std::string& unread() const noexcept { return unread_; }
  [[nodiscard]] Got last_wait() const noexcept { return last_wait_; }

 private:
  enum class Framing { none, length, chunked, until_close };
  [[nodiscard]] bool fill(Clock::time_point deadline);
  [[nodiscard]] std::optional<std::string> take_line();
  bool step_length(Message& message, Clock::time_point deadline);
  bool step_chunked(Message& message, Clock::time_point deadline);
  void decide_framing(const Message& message, bool is_answer);

  Wire& wire_;
  std::string unread_;
  Got last_wait_ = Got::bytes;
  Framing framing_ = Framing::none;
  std::uint64_t remaining_ = 0;  // of the body or of the chunk
  enum class ChunkPart { size, data, data_end, trailers } chunk_part_ = ChunkPart::size;
};

// `text` as JSON; null and a failed test where it is none.
[[nodiscard]] json::value parse_json(std::string_view text);
// The value at a path such as "/error/code" (RFC 6901); null where there is none.
[[nodiscard]] json::value at(const json::value& document, std::string_view pointer);
// The string there; empty where there is none.
[[nodiscard]] std::string text_at(const json::value& document, std::string_view pointer);

}  // namespace tollway::test
