// What the mock upstream says: an OpenRouter-style completion of 589 bytes and the events of a
// stream, ready to be written.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace tollway::bench {

inline constexpr std::string_view completion =
    R"({"id":"gen-1767225600-Q7dW2kLmZ9xTfB4sVhYc","provider":"Mock",)"
    R"("model":"meta-llama/llama-3.2-3b-instruct","object":"chat.completion","created":1767225600,)"
    R"("choices":[{"index":0,"message":{"role":"assistant","content":"A toll road charges by the )"
    R"(vehicle and the distance; this gate charges by the token and keeps count.","refusal":null},)"
    R"("finish_reason":"stop","native_finish_reason":"stop","logprobs":null}],)"
    R"("usage":{"prompt_tokens":231,"completion_tokens":24,"total_tokens":255,"cost":0.0000102,)"
    R"("prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":)"
    R"({"reasoning_tokens":0}}})";
static_assert(completion.size() == 589);

inline constexpr std::string_view model_list =
    R"({"data":[{"id":"meta-llama/llama-3.2-3b-instruct","name":"Llama 3.2 3B",)"
    R"("created":1727222400,"context_length":131072,)"
    R"("pricing":{"prompt":"0.00000002","completion":"0.00000002"}}]})";

// Up to and including "choices":[{"index":0, which all events of a stream share.
inline constexpr std::string_view event_start =
    R"(data: {"id":"gen-1767225600-Q7dW2kLmZ9xTfB4sVhYc","provider":"Mock",)"
    R"("model":"meta-llama/llama-3.2-3b-instruct","object":"chat.completion.chunk",)"
    R"("created":1767225600,"choices":[{"index":0,)";
inline constexpr std::string_view token_end =
    R"("delta":{"role":"assistant","content":" toll"},"finish_reason":null}]})";
inline constexpr std::string_view finish_end =
    R"("delta":{"role":"assistant","content":""},"finish_reason":"stop"}]})";
inline constexpr std::string_view usage_end =
    R"("delta":{"role":"assistant","content":""},"finish_reason":null}],)"
    R"("usage":{"prompt_tokens":231,"completion_tokens":24,"total_tokens":255,"cost":0.0000102}})";
static_assert(event_start.size() + token_end.size() > 230);
static_assert(event_start.size() + token_end.size() < 270);

inline std::string http_chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

inline std::string json_answer(std::string_view body) {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

struct Answers {
  std::string completion = json_answer(bench::completion);
  std::string models = json_answer(model_list);
  std::string stream_head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  std::string token = http_chunk(fmt::format("{}{}\n\n", event_start, token_end));
  // The finish event, the usage event, [DONE] and the last chunk.
  std::string stream_end = http_chunk(fmt::format("{}{}\n\n", event_start, finish_end)) +
                           http_chunk(fmt::format("{}{}\n\n", event_start, usage_end)) +
                           http_chunk("data: [DONE]\n\n") + "0\r\n\r\n";
  // Bodies the mock does not understand: it reads Content-Length only.
  std::string length_required =
      "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
};

}  // namespace tollway::bench
