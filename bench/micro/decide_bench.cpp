// Deciding who serves a request, among as many candidates as there may be.
#include "routing/decide.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <vector>

namespace tollway::routing {
namespace {

constexpr std::size_t tried_max = 8;

struct Market {
  explicit Market(std::size_t count) : endpoints(count) {
    Random random(5);
    for (std::size_t i = 0; i < count; ++i) {
      Endpoint& endpoint = endpoints[i];
      endpoint.provider = "provider-" + std::to_string(i);
      endpoint.tag = endpoint.provider + "/region";
      endpoint.name = "provider " + std::to_string(i);
      index_names(endpoint);
      endpoint.input = endpoint.output = {Modality::text};
      endpoint.parameters = {Parameter::tools, Parameter::temperature};
      endpoint.context_length = 128'000;
      endpoint.prices.prompt = static_cast<std::int64_t>(random.next() % 1'000'000'000);
      endpoint.prices.completion = static_cast<std::int64_t>(random.next() % 4'000'000'000);
      Figures figures{.outage = random.next() % 10 == 0,
                      .uptime = 0.9F + static_cast<float>(random.fraction()) / 10,
                      .tool_success = static_cast<float>(random.fraction())};
      figures.first_token_s.fill(static_cast<float>(random.fraction()));
      figures.tokens_a_second.fill(static_cast<float>(random.fraction() * 100));
      candidates.emplace_back().endpoint = &endpoint;
      candidates.back().figures = figures;
    }
  }
  std::vector<Endpoint> endpoints;
  std::vector<Candidate> candidates;
};

void decide(benchmark::State& state, const Ask& ask) {
  const Market market(static_cast<std::size_t>(state.range(0)));
  Router router(1);
  Decision decision;
  for (auto _ : state) {
    router.decide(market.candidates, ask, tried_max, decision);
    benchmark::DoNotOptimize(decision.places.data());
  }
}

Ask plain() {
  Ask ask;
  ask.prompt_tokens = 1000;
  ask.output_tokens = 300;
  return ask;
}

Ask sorted(Sort sort) {
  Ask ask = plain();
  ask.preferences.sort = sort;
  return ask;
}

Ask with_tools() {
  Ask ask = plain();
  ask.parameters = {Parameter::tools};
  return ask;
}

Ask particular() {
  Ask ask = plain();
  ask.preferences.order = {"provider-3", "provider-1/region"};
  ask.preferences.ignore = {"provider-7", "provider-8"};
  ask.preferences.max_price.prompt = 900'000'000;
  ask.preferences.first_token_s[0] = 0.5F;
  ask.preferences.require_parameters = true;
  return ask;
}

BENCHMARK_CAPTURE(decide, price_weighted, plain())->Arg(20)->Arg(500);
BENCHMARK_CAPTURE(decide, by_price, sorted(Sort::price))->Arg(20)->Arg(500);
BENCHMARK_CAPTURE(decide, by_throughput, sorted(Sort::throughput))->Arg(20)->Arg(500);
BENCHMARK_CAPTURE(decide, with_tools, with_tools())->Arg(20)->Arg(500);
BENCHMARK_CAPTURE(decide, particular, particular())->Arg(20)->Arg(500);

}  // namespace
}  // namespace tollway::routing
