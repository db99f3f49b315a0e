// Prices and costs for programs on Boost.Asio, as tollway/asio.hpp has chat: any completion token,
// the handler on its own executor, never before the function has returned. Results, errors and what
// is asked are those of the member function of the same name; keep the fetcher or calculator until
// then. Asio's cancellation does not reach a provider that is being asked, which takes 30 seconds
// at most each.
//
//   auto cost = co_await tollway::async_calculate_cost(calculator, record, asio::use_awaitable);
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tollway/asio.hpp"
#include "tollway/pricing.hpp"

namespace tollway {

// CostCalculator::async_calculate_cost; completes with Result<CostBreakdown>.
template <class CompletionToken>
auto async_calculate_cost(const CostCalculator& calculator, CostRecord record,
                          CompletionToken&& token) {
  return asio_detail::initiate<CostBreakdown>(
      std::forward<CompletionToken>(token),
      [calculator, record = std::move(record)](const auto& delivery) mutable {
        calculator.async_calculate_cost(std::move(record), callback_of(delivery));
      });
}

// CostCalculator::async_calculate_batch_costs; completes with
// Result<std::vector<Result<CostBreakdown>>>.
template <class CompletionToken>
auto async_calculate_batch_costs(const CostCalculator& calculator, std::vector<CostRecord> records,
                                 CompletionToken&& token) {
  return asio_detail::initiate<std::vector<Result<CostBreakdown>>>(
      std::forward<CompletionToken>(token),
      [calculator, records = std::move(records)](const auto& delivery) mutable {
        calculator.async_calculate_batch_costs(std::move(records), callback_of(delivery));
      });
}

// CostCalculator::async_summarize; completes with Result<CostSummary>.
template <class CompletionToken>
auto async_summarize(const CostCalculator& calculator, std::vector<CostRecord> records,
                     CompletionToken&& token) {
  return asio_detail::initiate<CostSummary>(
      std::forward<CompletionToken>(token),
      [calculator, records = std::move(records)](const auto& delivery) mutable {
        calculator.async_summarize(std::move(records), callback_of(delivery));
      });
}

// CostCalculator::async_estimate; completes with Result<CostEstimate>. The request's history is
// copied before this returns, whenever the operation starts.
template <class CompletionToken>
auto async_estimate(const CostCalculator& calculator, EstimateRequest request,
                    CompletionToken&& token) {
  std::vector<CostRecord> history(request.history.begin(), request.history.end());
  return asio_detail::initiate<CostEstimate>(
      std::forward<CompletionToken>(token),
      [calculator, request = std::move(request),
       history = std::move(history)](const auto& delivery) mutable {
        request.history = history;
        calculator.async_estimate(std::move(request), callback_of(delivery));
      });
}

// CostCalculator::async_cheapest; completes with Result<std::vector<ModelOffer>>.
template <class CompletionToken>
auto async_cheapest(const CostCalculator& calculator, Workload workload, CompletionToken&& token) {
  return asio_detail::initiate<std::vector<ModelOffer>>(
      std::forward<CompletionToken>(token),
      [calculator, workload = std::move(workload)](const auto& delivery) mutable {
        calculator.async_cheapest(std::move(workload), callback_of(delivery));
      });
}

// PricingFetcher::async_get_model_pricing; completes with Result<std::optional<ModelPricing>>.
template <class CompletionToken>
auto async_get_model_pricing(const PricingFetcher& fetcher, std::string model, std::string provider,
                             std::string service_tier, std::optional<PriceTime> at,
                             CompletionToken&& token) {
  return asio_detail::initiate<std::optional<ModelPricing>>(
      std::forward<CompletionToken>(token),
      [fetcher, model = std::move(model), provider = std::move(provider),
       service_tier = std::move(service_tier), at](const auto& delivery) mutable {
        fetcher.async_get_model_pricing(std::move(model), std::move(provider),
                                        std::move(service_tier), callback_of(delivery), at);
      });
}
// Of the standard tier, now.
template <class CompletionToken>
auto async_get_model_pricing(const PricingFetcher& fetcher, std::string model, std::string provider,
                             CompletionToken&& token) {
  return async_get_model_pricing(fetcher, std::move(model), std::move(provider), {}, std::nullopt,
                                 std::forward<CompletionToken>(token));
}

// PricingFetcher::async_get_all_pricing; completes with Result<std::vector<ModelPricing>>.
template <class CompletionToken>
auto async_get_all_pricing(const PricingFetcher& fetcher, std::string provider,
                           CompletionToken&& token) {
  return asio_detail::initiate<std::vector<ModelPricing>>(
      std::forward<CompletionToken>(token),
      [fetcher, provider = std::move(provider)](const auto& delivery) mutable {
        fetcher.async_get_all_pricing(std::move(provider), callback_of(delivery));
      });
}

}  // namespace tollway
