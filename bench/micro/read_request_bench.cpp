// Reading a request's body for what routes and bills.
#include <benchmark/benchmark.h>

#include <string>

#include "gateway/request_reader.hpp"
#include "net/read_buffer.hpp"

namespace tollway::gateway {
namespace {

void read_request(benchmark::State& state) {
  std::string body =
      R"({"model":"meta-llama/llama-3.2-3b-instruct","messages":[{"role":"user","content":")";
  body.append(static_cast<std::size_t>(state.range(0)) - body.size(), 'x');
  body += R"("}],"temperature":0.7,"max_tokens":256,"stream":true})";
  const std::size_t size = body.size();
  body.append(net::ReadBuffer::slack_bytes, '\0');
  for (auto _ : state) {
    auto facts = gateway::read_request(std::string_view(body).substr(0, size));
    benchmark::DoNotOptimize(facts);
    if (!facts) {
      state.SkipWithError("the body was not accepted");
      break;
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(read_request)->Arg(1024)->Arg(32 * 1024)->Arg(1024 * 1024);

}  // namespace
}  // namespace tollway::gateway
