// What the relay reads of each event while its bytes pass.
#include <benchmark/benchmark.h>

#include <string_view>

#include "dialects/dialect.hpp"
#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

constexpr std::string_view openrouter_chunk =
    R"({"id":"gen-1767225600-Q7dW2kLmZ9xTfB4sVhYc","provider":"Mock",)"
    R"("model":"meta-llama/llama-3.2-3b-instruct","object":"chat.completion.chunk",)"
    R"("created":1767225600,"choices":[{"index":0,"delta":{"role":"assistant",)"
    R"("content":" toll"},"finish_reason":null}]})";

constexpr std::string_view anthropic_delta =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" toll"}})";

constexpr std::string_view responses_delta =
    R"({"type":"response.output_text.delta","item_id":"msg_0a1b2c3d4e5f","output_index":0,)"
    R"("content_index":0,"delta":" toll","sequence_number":17,"logprobs":[]})";

// An event in the middle of a stream: the first one, which is parsed, has passed.
void read_event(benchmark::State& state, const Dialect& dialect, std::string_view type,
                std::string_view data) {
  const http::SseEvent event{.type = type, .data = data, .id = {}, .has_data = true};
  Progress progress;
  dialect.read_event(event, progress);
  for (auto _ : state) {
    dialect.read_event(event, progress);
    benchmark::DoNotOptimize(progress);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(data.size()));
}
BENCHMARK_CAPTURE(read_event, chat, openai_chat(), "", openrouter_chunk);
BENCHMARK_CAPTURE(read_event, messages, anthropic_messages(), "content_block_delta",
                  anthropic_delta);
BENCHMARK_CAPTURE(read_event, responses, openai_responses(), "response.output_text.delta",
                  responses_delta);

// A whole answer of the size script/bench uses, read for its id, model and usage.
void read_answer(benchmark::State& state) {
  constexpr std::string_view answer =
      R"({"id":"gen-1767225600-Q7dW2kLmZ9xTfB4sVhYc","provider":"Mock",)"
      R"("model":"meta-llama/llama-3.2-3b-instruct","object":"chat.completion",)"
      R"("created":1767225600,"choices":[{"index":0,"message":{"role":"assistant","content":)"
      R"("A toll road charges by the vehicle and the distance; this gate charges by the token.",)"
      R"("refusal":null},"finish_reason":"stop","native_finish_reason":"stop","logprobs":null}],)"
      R"("usage":{"prompt_tokens":231,"completion_tokens":24,"total_tokens":255,)"
      R"("cost":0.0000102,"prompt_tokens_details":{"cached_tokens":0}}})";
  for (auto _ : state) {
    Progress progress;
    const auto object = parse_object(answer);
    if (!object) return state.SkipWithError("the answer was not accepted");
    openai_chat().read_answer(*object, progress);
    benchmark::DoNotOptimize(progress);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer.size()));
}
BENCHMARK(read_answer);

}  // namespace
}  // namespace tollway::dialects
