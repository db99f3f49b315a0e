// Heads and bodies of HTTP/1.1 messages.
#include "http/message_parser.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace tollway::http {
namespace {

// The head an OpenAI SDK sends, with the length of our 1 KB chat body.
constexpr std::string_view request_head =
    "POST /api/v1/chat/completions HTTP/1.1\r\n"
    "Host: 127.0.0.1:8484\r\n"
    "Accept: application/json\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Connection: keep-alive\r\n"
    "Content-Type: application/json\r\n"
    "User-Agent: OpenAI/Python 1.99.0\r\n"
    "X-Stainless-Lang: python\r\n"
    "X-Stainless-Package-Version: 1.99.0\r\n"
    "X-Stainless-OS: Linux\r\n"
    "X-Stainless-Arch: x64\r\n"
    "X-Stainless-Runtime: CPython\r\n"
    "X-Stainless-Runtime-Version: 3.11.2\r\n"
    "Authorization: Bearer sk-tw-0000000000000000000000000000000000000000000000000000000000000000"
    "\r\n"
    "Content-Length: 1024\r\n"
    "\r\n";

constexpr std::string_view answer_head =
    "HTTP/1.1 200 OK\r\n"
    "Date: Wed, 07 Jan 2026 04:55:49 GMT\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 589\r\n"
    "Connection: keep-alive\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Vary: Accept-Encoding\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Server: cloudflare\r\n"
    "\r\n";

constexpr std::string_view chunked_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

void parse_heads(benchmark::State& state, MessageParser::Kind kind, std::string_view head) {
  MessageParser parser(kind);
  for (auto _ : state) {
    parser.reset();
    auto used = parser.parse_head(head);
    benchmark::DoNotOptimize(used);
    if (!used || !parser.head_complete()) {
      state.SkipWithError("the head was not accepted");
      break;
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(head.size()));
}
BENCHMARK_CAPTURE(parse_heads, request, MessageParser::Kind::request, request_head);
BENCHMARK_CAPTURE(parse_heads, answer, MessageParser::Kind::response, answer_head);

// A read of `chunks` SSE chunks of 250 bytes: what a relay strips of its framing.
void parse_chunks(benchmark::State& state) {
  const std::string chunk = fmt::format("{:x}\r\n{}\r\n", 250, std::string(250, 'x'));
  std::string body;
  for (std::int64_t i = 0; i < state.range(0); ++i) body += chunk;
  MessageParser parser(MessageParser::Kind::response);
  if (!parser.parse_head(chunked_head)) return state.SkipWithError("the head was not accepted");
  std::string bytes;
  for (auto _ : state) {
    // Parsing moves the payload together in place, so each turn starts from a copy.
    bytes = body;
    auto step = parser.parse_body(bytes);
    benchmark::DoNotOptimize(step);
    if (!step) {
      state.SkipWithError("the body was not accepted");
      break;
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(parse_chunks)->Arg(1)->Arg(8)->Arg(64);

}  // namespace
}  // namespace tollway::http
