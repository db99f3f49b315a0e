#include "support/answers.hpp"

#include <fmt/format.h>

namespace tollway::test {
namespace {

void append(std::string& out, HeaderList headers) {
  for (const auto& [name, value] : headers) out += fmt::format("{}: {}\r\n", name, value);
}

}  // namespace

std::string answer(int status, std::string_view content_type, std::string_view body,
                   HeaderList more) {
  std::string out =
      fmt::format("HTTP/1.1 {} Scripted\r\nContent-Type: {}\r\nContent-Length: {}\r\n", status,
                  content_type, body.size());
  append(out, more);
  out += "\r\n";
  return out.append(body);
}

std::string json_answer(std::string_view body, HeaderList more) {
  return answer(200, "application/json", body, more);
}

std::string sse_head(HeaderList more) {
  std::string out =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
      "Transfer-Encoding: chunked\r\n";
  append(out, more);
  return out += "\r\n";
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string last_chunk() {
  return "0\r\n\r\n";
}

std::string sse_answer(std::string_view events) {
  return sse_head() + chunk(events) + last_chunk();
}

std::string request(std::string_view method, std::string_view target, std::string_view body,
                    HeaderList more) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: tollway.test\r\n", method, target);
  if (!body.empty()) {
    out += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  append(out, more);
  out += "\r\n";
  return out.append(body);
}

}  // namespace tollway::test
