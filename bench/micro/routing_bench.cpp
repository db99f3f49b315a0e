// All that is decided about a request, with what is measured of as many endpoints as there may be:
// their figures, filter, order, breaker and limiter, and the first step of its course.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "routing/course.hpp"
#include "routing/decide.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

const TimePoint now{std::chrono::hours(1)};

// Endpoints of one model, each with its own provider, key, limits and an hour behind it.
class Measured {
 public:
  explicit Measured(std::size_t count) : endpoints_(count) {
    Random random(5);
    for (Endpoint& endpoint : endpoints_) {
      fill(endpoint, random);
      keys_.push_back(std::make_unique<KeyStanding>(endpoint.provider, "", Limits{100'000, 0, 0}));
      standings_.push_back(std::make_unique<Standing>());
      Standing& standing = *standings_.back();
      standing.key = keys_.back().get();
      for (int attempt = 0; attempt < 100; ++attempt) {
        const auto seconds = static_cast<float>(random.fraction());
        standing.health.begin();
        standing.health.record({.outcome = Outcome::success,
                                .first_byte_s = seconds / 2,
                                .first_token_s = seconds,
                                .tokens_a_second = 100 * seconds},
                               now);
      }
    }
  }
  // As a request does it.
  void gather(std::vector<Candidate>& candidates) {
    candidates.clear();
    constexpr std::size_t ahead = 6;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (i + ahead < endpoints_.size()) standings_[i + ahead]->health.prefetch();
      candidates.push_back({.endpoint = &endpoints_[i],
                            .standing = standings_[i].get(),
                            .figures = standings_[i]->health.figures(now)});
    }
  }

 private:
  static void fill(Endpoint& endpoint, Random& random) {
    endpoint.provider = "provider-" + std::to_string(random.next());
    endpoint.tag = endpoint.provider + "/region";
    endpoint.name = endpoint.provider;
    index_names(endpoint);
    endpoint.input = endpoint.output = {Modality::text};
    endpoint.parameters = {Parameter::tools, Parameter::temperature};
    endpoint.context_length = 128'000;
    endpoint.prices.prompt = static_cast<std::int64_t>(random.next() % 1'000'000'000);
    endpoint.prices.completion = static_cast<std::int64_t>(random.next() % 4'000'000'000);
  }

  std::vector<Endpoint> endpoints_;
  std::vector<std::unique_ptr<KeyStanding>> keys_;
  std::vector<std::unique_ptr<Standing>> standings_;
};

void figures(benchmark::State& state) {
  Measured measured(static_cast<std::size_t>(state.range(0)));
  std::vector<Candidate> candidates;
  for (auto _ : state) {
    measured.gather(candidates);
    benchmark::DoNotOptimize(candidates.data());
  }
}

void figures_to_first_step(benchmark::State& state) {
  Measured measured(static_cast<std::size_t>(state.range(0)));
  std::vector<Candidate> candidates;
  Router router(1);
  Random random(2);
  RetryBudget budget;
  Line line;
  Decision decision;
  Ask ask;
  ask.prompt_tokens = 1000;
  ask.output_tokens = 300;
  for (auto _ : state) {
    measured.gather(candidates);
    router.decide(candidates, ask, Course::candidates_max, decision);
    Course course({.candidates = candidates,
                   .places = decision.places,
                   .budget = budget,
                   .line = line,
                   .random = random},
                  {}, ask.prompt_tokens + ask.output_tokens, now + std::chrono::minutes(1));
    const auto step = course.next(now);
    benchmark::DoNotOptimize(step.candidate);
  }
}

BENCHMARK(figures)->Arg(20)->Arg(500);
BENCHMARK(figures_to_first_step)->Arg(20)->Arg(500);

}  // namespace
}  // namespace tollway::routing
