// Cutting a relayed stream into events.
#include <benchmark/benchmark.h>

#include <string>

#include "http/sse_decoder.hpp"

namespace tollway::http {
namespace {

// One OpenRouter event, blank line included.
const std::string event =
    R"(data: {"id":"gen-1767225600-Q7dW2kLmZ9xTfB4sVhYc","provider":"Mock",)"
    R"("model":"meta-llama/llama-3.2-3b-instruct","object":"chat.completion.chunk",)"
    R"("created":1767225600,"choices":[{"index":0,"delta":{"role":"assistant",)"
    R"("content":" toll"},"finish_reason":null}]})"
    "\n\n";

// A read that holds whole events.
void cut_whole_events(benchmark::State& state) {
  std::string read;
  for (std::int64_t i = 0; i < state.range(0); ++i) read += event;
  for (auto _ : state) {
    SseCutter cutter;
    std::string_view pending = read;
    while (auto size = cutter.next(pending)) pending.remove_prefix(*size);
    benchmark::DoNotOptimize(pending);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(read.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(cut_whole_events)->Arg(1)->Arg(8)->Arg(64);

// An event of 64 KiB that comes in reads of 1 KiB: what is known to hold no end is not read again.
void cut_long_event(benchmark::State& state) {
  const std::string whole = "data: " + std::string(64 * 1024, 'x') + "\n\n";
  for (auto _ : state) {
    SseCutter cutter;
    std::size_t come = 0;
    while (!cutter.next(std::string_view(whole).substr(0, come))) come += 1024;
    benchmark::DoNotOptimize(come);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(whole.size()));
}
BENCHMARK(cut_long_event);

void decode_events(benchmark::State& state) {
  SseDecoder decoder;
  for (auto _ : state) {
    if (!decoder.feed(event)) return state.SkipWithError("the event was not accepted");
    while (auto found = decoder.next()) benchmark::DoNotOptimize(found->data);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(event.size()));
}
BENCHMARK(decode_events);

}  // namespace
}  // namespace tollway::http
