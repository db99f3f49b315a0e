// The head of an HTTP/1.1 message as it was received.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::http {

struct Header {
  std::string_view name;   // as sent; compare with equals_ignoring_case
  std::string_view value;  // without surrounding white space
};

[[nodiscard]] bool same_size_equals_ignoring_case(std::string_view left,
                                                  std::string_view right) noexcept;
// Names are compared with lists of names, most of which differ in size already.
[[nodiscard]] inline bool equals_ignoring_case(std::string_view left,
                                               std::string_view right) noexcept {
  return left.size() == right.size() && same_size_equals_ignoring_case(left, right);
}

// Owns its bytes: views handed out stay valid while the head lives and is not cleared or moved.
class Head {
 public:
  // Requests: "POST", "/v1/models?limit=1". Empty in answers.
  [[nodiscard]] std::string_view method() const noexcept { return at(method_); }
  [[nodiscard]] std::string_view target() const noexcept { return at(target_); }
  // Answers: 200. Zero in requests.
  [[nodiscard]] int status() const noexcept { return status_; }

  [[nodiscard]] bool is_http_1_0() const noexcept { return http_1_0_; }
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }  // the sender's wish
  [[nodiscard]] bool chunked() const noexcept { return chunked_; }
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept {
    return content_length_;
  }

  [[nodiscard]] std::size_t header_count() const noexcept { return fields_.size(); }
  [[nodiscard]] Header header(std::size_t index) const noexcept;
  // The first header of that name, case ignored; nullopt where there is none.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

  // Forgets the message and keeps the memory.
  void clear() noexcept;

 private:
  friend class MessageParser;
  struct Span {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Field {
    Span name;
    Span value;
  };
  [[nodiscard]] std::string_view at(Span span) const noexcept {
    return std::string_view(bytes_).substr(span.offset, span.size);
  }

  std::string bytes_;
  std::vector<Field> fields_;
  Span method_;
  Span target_;
  std::optional<std::uint64_t> content_length_;
  int status_ = 0;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  bool chunked_ = false;
};

}  // namespace tollway::http
