// What the routes of the catalogue have in common.
#pragma once

#include <string>

#include "catalog/model_query.hpp"
#include "gateway/request.hpp"

namespace tollway::gateway {

// The catalogue, as fresh as it can be had soon.
[[nodiscard]] net::Task<catalog::CataloguePointer> catalogue_of(Request& request);

// A page of the models that pass. What OpenRouter alone knows of its models it is asked.
[[nodiscard]] net::Task<Result<>> answer_models(Request& request, catalog::ModelQuery query);

// The model's row with the prices of this moment.
[[nodiscard]] std::string row_now(const catalog::Model& model);

// The model that the path's author and slug name, among those that are offered.
[[nodiscard]] Result<const catalog::Model*> model_in_path(const Request& request,
                                                          const catalog::Catalogue& catalogue);

}  // namespace tollway::gateway
