// Prices and costs for programs on Boost.Asio, as tollway/asio.hpp has chat: any completion token,
// the handler on its own executor. Asio's cancellation does not reach a provider that is being
// asked, which takes 30 seconds at most.
//
//   auto cost = co_await tollway::async_calculate_cost(calculator, record, asio::use_awaitable);
#pragma once

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

// PricingFetcher::async_get_model_pricing; completes with Result<std::optional<ModelPricing>>.
template <class CompletionToken>
auto async_get_model_pricing(const PricingFetcher& fetcher, std::string model, std::string provider,
                             CompletionToken&& token) {
  return asio_detail::initiate<std::optional<ModelPricing>>(
      std::forward<CompletionToken>(token),
      [fetcher, model = std::move(model),
       provider = std::move(provider)](const auto& delivery) mutable {
        fetcher.async_get_model_pricing(std::move(model), std::move(provider),
                                        callback_of(delivery));
      });
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
