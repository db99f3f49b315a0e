// Finding a model by what a request calls it, in a catalogue of ten thousand.
#include "catalog/catalogue.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace tollway::catalog {
namespace {

const Catalogue& ten_thousand() {
  static const Catalogue catalogue([] {
    std::vector<Listing> listings{built_in_listing()};
    Listing& listing = listings.front();
    const std::size_t real = listing.models.size();
    for (std::size_t i = 0; listing.models.size() < 10'000; ++i) {
      Model model = listing.models[i % real];
      if (model.id.starts_with('~')) model.id.erase(0, 1);
      model.id += "-" + std::string(1, 'a' + static_cast<char>(i / real % 26)) + "x";
      model.canonical_slug = model.id;
      listing.models.push_back(std::move(model));
    }
    return listings;
  }());
  return catalogue;
}

void find(benchmark::State& state, std::string_view name) {
  const Catalogue& catalogue = ten_thousand();
  if (!catalogue.find(name)) state.SkipWithError("not found");
  for (auto _ : state) benchmark::DoNotOptimize(catalogue.find(name));
}
BENCHMARK_CAPTURE(find, id, "anthropic/claude-sonnet-4.5");
BENCHMARK_CAPTURE(find, canonical_slug, "anthropic/claude-4.5-sonnet-20250929");
BENCHMARK_CAPTURE(find, alias, "~anthropic/claude-sonnet-latest");
BENCHMARK_CAPTURE(find, variant, "anthropic/claude-sonnet-4.5:nitro");
BENCHMARK_CAPTURE(find, spelling, "anthropic/claude-sonnet-4-5");
BENCHMARK_CAPTURE(find, vendors_own, "claude-sonnet-4-5-20250929");

void find_nothing(benchmark::State& state) {
  const Catalogue& catalogue = ten_thousand();
  for (auto _ : state) benchmark::DoNotOptimize(catalogue.find("anthropic/claude-sonnet-44.5"));
}
BENCHMARK(find_nothing);

}  // namespace
}  // namespace tollway::catalog
