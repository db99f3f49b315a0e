// GET models/{author}/{slug}/endpoints, from what the catalogue knows (wire.md 5.5).
#pragma once

#include <string>

#include "catalog/model.hpp"

namespace tollway::catalog {

// The body of the answer: an endpoint for each offer. What nobody measured is null.
[[nodiscard]] std::string endpoints_answer(const Model& model);

}  // namespace tollway::catalog
