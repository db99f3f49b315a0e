// GET models/{author}/{slug}/endpoints, from what the catalogue knows (wire.md 5.5).
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "catalog/model.hpp"

namespace tollway::catalog {

// The body of the answer: an endpoint for each offer. What nobody measured is null.
[[nodiscard]] std::string endpoints_answer(const Model& model);

// The same where OpenRouter has answered with `openrouters`, which check_endpoints() accepts: its
// endpoints as they came, behind them those of the others who offer the model.
[[nodiscard]] std::string endpoints_answer(const Model& model, std::string_view openrouters);

// Errc::upstream_invalid where `body` is no answer to the question for a model's endpoints.
[[nodiscard]] Result<> check_endpoints(std::string_view body);

}  // namespace tollway::catalog
