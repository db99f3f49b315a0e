// One line of the access log.
#include "observe/access_record.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace tollway::observe {
namespace {

void append_json_line(benchmark::State& state) {
  using std::chrono::microseconds;
  const AccessRecord record{.id = "req-01M83K323M1HM9ANPGFYR6WEAD",
                            .key_label = "default",
                            .method = "POST",
                            .route = "chat/completions",
                            .model = "meta-llama/llama-3.2-3b-instruct",
                            .provider = "openrouter",
                            .upstream_id = "gen-1767225600-Q7dW2kLmZ9xTfB4sVhYc",
                            .status = 200,
                            .attempts = 1,
                            .usage = {.prompt_tokens = 231, .completion_tokens = 24},
                            .connect = microseconds(0),
                            .first_byte = microseconds(412345),
                            .first_token = microseconds(412345),
                            .total = microseconds(1823456),
                            .bytes_in = 1024,
                            .bytes_out = 589,
                            .explanation = {}};
  std::string line;
  for (auto _ : state) {
    line.clear();
    observe::append_json_line(record, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}
BENCHMARK(append_json_line);

}  // namespace
}  // namespace tollway::observe
