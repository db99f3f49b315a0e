// CostCalculator's functions that ask providers first, but for async_calculate_cost.
#include <set>
#include <utility>

#include "base/error.hpp"
#include "tollway/pricing.hpp"

namespace tollway {
namespace {

std::vector<std::string> providers_of(const std::vector<CostRecord>& records) {
  std::set<std::string> providers;
  for (const auto& record : records) providers.insert(record.provider);
  return {providers.begin(), providers.end()};
}

// Hands over what `compute` makes of a calculator, which is good only while it runs.
template <class T, class Compute>
std::function<void(const PricingFetcher*)> then(std::function<void(Result<T>)> done,
                                                Compute compute) {
  return [done = std::move(done), compute = std::move(compute)](const PricingFetcher* fetcher) {
    if (fetcher == nullptr) {
      return done(client_error(Errc::cancelled, "the pricing fetcher ended before it had asked"));
    }
    done(compute(CostCalculator(*fetcher)));
  };
}

}  // namespace

void CostCalculator::async_calculate_batch_costs(
    std::vector<CostRecord> records,
    std::function<void(Result<std::vector<Result<CostBreakdown>>>)> done) const {
  auto providers = providers_of(records);
  fetcher_.after_asking(
      std::move(providers),
      then(std::move(done), [records = std::move(records)](const CostCalculator& calculator) {
        return Result<std::vector<Result<CostBreakdown>>>(
            calculator.calculate_batch_costs(records));
      }));
}

void CostCalculator::async_summarize(std::vector<CostRecord> records,
                                     std::function<void(Result<CostSummary>)> done) const {
  auto providers = providers_of(records);
  fetcher_.after_asking(
      std::move(providers),
      then(std::move(done), [records = std::move(records)](const CostCalculator& calculator) {
        return calculator.summarize(records);
      }));
}

void CostCalculator::async_estimate(EstimateRequest request,
                                    std::function<void(Result<CostEstimate>)> done) const {
  std::vector<CostRecord> history(request.history.begin(), request.history.end());
  request.history = {};
  auto provider = request.provider;
  fetcher_.after_asking(
      {std::move(provider)},
      then(std::move(done), [request = std::move(request),
                             history = std::move(history)](const CostCalculator& calculator) {
        auto asked = request;
        asked.history = history;
        return calculator.estimate(asked);
      }));
}

void CostCalculator::async_cheapest(
    Workload workload, std::function<void(Result<std::vector<ModelOffer>>)> done) const {
  std::vector<std::string> providers{workload.provider};
  if (workload.provider.empty()) providers = fetcher_.available_providers();
  fetcher_.after_asking(
      std::move(providers),
      then(std::move(done), [workload = std::move(workload)](const CostCalculator& calculator) {
        return calculator.cheapest(workload);
      }));
}

}  // namespace tollway
