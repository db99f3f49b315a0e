// Reads requests as far as the mock upstream needs to know them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace tollway::bench {

struct Request {
  std::size_t bytes = 0;  // head and body together
  bool post = false;
  bool stream = false;
  bool has_length = true;
};

// The value of a header whose lower-case name is `name`; empty where there is none.
inline std::string_view header_value(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find('\n'); line != std::string_view::npos;
       line = head.find('\n', line + 1)) {
    const auto rest = head.substr(line + 1);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    const bool same = std::ranges::equal(rest.substr(0, name.size()), name, [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
    });
    if (!same) continue;
    const auto value = rest.substr(name.size() + 1, rest.find('\r') - name.size() - 1);
    return value.substr(std::min(value.find_first_not_of(' '), value.size()));
  }
  return {};
}

inline bool asks_for_stream(std::string_view body) {
  const auto key = body.find(R"("stream")");
  if (key == std::string_view::npos) return false;
  const auto value = body.find_first_not_of(" \t\r\n:", key + 8);
  return value != std::string_view::npos && body.substr(value).starts_with("true");
}

// The first request in `pending`, nullopt while it is incomplete.
inline std::optional<Request> first_request(std::string_view pending) {
  const auto head_end = pending.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return std::nullopt;
  const auto head = pending.substr(0, head_end + 2);
  Request request{.bytes = head_end + 4, .post = head.starts_with("POST ")};
  const auto length = header_value(head, "content-length");
  request.has_length = !request.post || !length.empty();
  const std::size_t body_bytes =
      length.empty() ? 0 : std::strtoul(std::string(length).c_str(), nullptr, 10);
  if (pending.size() - request.bytes < body_bytes) return std::nullopt;
  request.stream = asks_for_stream(pending.substr(request.bytes, body_bytes));
  request.bytes += body_bytes;
  return request;
}

}  // namespace tollway::bench
