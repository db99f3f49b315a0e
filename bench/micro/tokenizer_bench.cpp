// Counting tokens; the floor is 20 MB a second and core.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "tokenizer/tokenizer.hpp"

namespace tollway::tokenizer {
namespace {

constexpr std::size_t text_bytes = 256UL * 1024;

constexpr std::array<std::string_view, 3> samples{
    "The gateway reads each request's head, checks who asks, and chooses among 12 endpoints; what "
    "it costs isn't known before the answer's last event has come. ",
    R"({"role":"user","content":[{"type":"text","text":"How tall is it?"}],"max_tokens":1024},)"
    "\n",
    "Съешь же ещё этих мягких французских булок. 我能吞下玻璃而不伤身体。키스의 고유조건은 "
    "입술끼리 만나야 하고 😀 "};

// Arguments: the encoding, the sample.
void count_tokens(benchmark::State& state) {
  const auto& tokenizer = Tokenizer::get(static_cast<Encoding>(state.range(0)));
  const auto sample = samples[static_cast<std::size_t>(state.range(1))];
  std::string text;
  while (text.size() < text_bytes) text += sample;
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.count(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(count_tokens)->ArgsProduct({{0, 1}, {0, 1, 2}});

}  // namespace
}  // namespace tollway::tokenizer
