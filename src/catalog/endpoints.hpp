// GET models/{author}/{slug}/endpoints, from what the catalogue knows (wire.md 5.5).
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "catalog/model.hpp"

namespace tollway::catalog {

// How an offer did. Shares are percents of the requests that were no fault of their clients'.
struct Measured {
  // p50, p75, p90 and p99; of a speed, the higher ones are what more requests reach.
  using Percentiles = std::array<double, 4>;
  std::optional<double> uptime_last_5m;
  std::optional<double> uptime_last_30m;
  std::optional<double> uptime_last_1d;
  std::optional<Percentiles> latency_ms;
  std::optional<Percentiles> tokens_a_second;
};
using Measure = std::function<Measured(const Offer&)>;

// The body of the answer: an endpoint for each offer. What nobody measured is null.
[[nodiscard]] std::string endpoints_answer(const Model& model, const Measure& measure);

// The same where OpenRouter has answered with `openrouters`, which check_endpoints() accepts: its
// endpoints as they came, behind them those of the others who offer the model.
[[nodiscard]] std::string endpoints_answer(const Model& model, const Measure& measure,
                                           std::string_view openrouters);

// Errc::upstream_invalid where `body` is no answer to the question for a model's endpoints.
[[nodiscard]] Result<> check_endpoints(std::string_view body);

}  // namespace tollway::catalog
