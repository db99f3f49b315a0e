#include "routing/strategy.hpp"

namespace tollway::routing {

const Strategy* strategy_named(std::string_view name) noexcept {
  for (const Strategy* strategy : strategies::all()) {
    if (strategy->name == name) return strategy;
  }
  return nullptr;
}

double expected_cost(const Ask& ask, const EndpointPrices& prices, std::int64_t cached) noexcept {
  if (!prices.prompt) return unknown_score;
  if (!prices.completion && ask.output_tokens > 0) return unknown_score;
  const auto prompt = static_cast<double>(*prices.prompt);
  const auto cache_read = static_cast<double>(prices.cache_read.value_or(*prices.prompt));
  return static_cast<double>(ask.prompt_tokens - cached) * prompt +
         static_cast<double>(cached) * cache_read +
         static_cast<double>(ask.output_tokens) *
             static_cast<double>(prices.completion.value_or(0)) +
         static_cast<double>(prices.request.value_or(0));
}

}  // namespace tollway::routing
