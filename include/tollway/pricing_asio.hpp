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
  return boost::asio::async_initiate<CompletionToken, void(Result<CostBreakdown>)>(
      [](auto handler, const CostCalculator& the_calculator, CostRecord the_record) {
        using Delivery = asio_detail::Delivery<decltype(handler), CostBreakdown>;
        auto delivery = std::make_shared<Delivery>(std::move(handler));
        the_calculator.async_calculate_cost(std::move(the_record),
                                            Delivery::callback(std::move(delivery)));
      },
      token, calculator, std::move(record));
}

// PricingFetcher::async_get_model_pricing; completes with Result<std::optional<ModelPricing>>.
template <class CompletionToken>
auto async_get_model_pricing(const PricingFetcher& fetcher, std::string model, std::string provider,
                             CompletionToken&& token) {
  using Found = std::optional<ModelPricing>;
  return boost::asio::async_initiate<CompletionToken, void(Result<Found>)>(
      [](auto handler, const PricingFetcher& the_fetcher, std::string the_model,
         std::string the_provider) {
        using Delivery = asio_detail::Delivery<decltype(handler), Found>;
        auto delivery = std::make_shared<Delivery>(std::move(handler));
        the_fetcher.async_get_model_pricing(std::move(the_model), std::move(the_provider),
                                            Delivery::callback(std::move(delivery)));
      },
      token, fetcher, std::move(model), std::move(provider));
}

// PricingFetcher::async_get_all_pricing; completes with Result<std::vector<ModelPricing>>.
template <class CompletionToken>
auto async_get_all_pricing(const PricingFetcher& fetcher, std::string provider,
                           CompletionToken&& token) {
  using All = std::vector<ModelPricing>;
  return boost::asio::async_initiate<CompletionToken, void(Result<All>)>(
      [](auto handler, const PricingFetcher& the_fetcher, std::string the_provider) {
        using Delivery = asio_detail::Delivery<decltype(handler), All>;
        auto delivery = std::make_shared<Delivery>(std::move(handler));
        the_fetcher.async_get_all_pricing(std::move(the_provider),
                                          Delivery::callback(std::move(delivery)));
      },
      token, fetcher, std::move(provider));
}

}  // namespace tollway
