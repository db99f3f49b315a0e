// Heads of HTTP/1.1 messages into one flat buffer.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollway::http {

// "Not Found" for 404, "Unknown" for what RFC 9110 and the vendors do not name.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

// True when `value` may stand in a header: no control characters but tab, no CR, LF or NUL.
[[nodiscard]] bool is_header_value(std::string_view value) noexcept;
// True when `name` is a token (RFC 9110, 5.6.2).
[[nodiscard]] bool is_header_name(std::string_view name) noexcept;

// Appends to a string that the caller owns and reuses. The caller vouches for names and literal
// values; values that came from outside are checked: a header whose value is not is_header_value
// is left out, so that nothing can be injected.
class HeadWriter {
 public:
  explicit HeadWriter(std::string& out) : out_(out) {}

  HeadWriter& request(std::string_view method, std::string_view target);
  HeadWriter& status(int code);  // "HTTP/1.1 200 OK"
  HeadWriter& header(std::string_view name, std::string_view value);
  HeadWriter& header(std::string_view name, std::uint64_t value);
  void finish() { out_ += "\r\n"; }

 private:
  std::string& out_;
};

}  // namespace tollway::http
