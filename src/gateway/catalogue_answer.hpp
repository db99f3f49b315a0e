// What the routes of the catalogue have in common.
#pragma once

#include <string>

#include "catalog/model_query.hpp"
#include "gateway/request.hpp"

namespace tollway::gateway {

// The catalogue, as fresh as it can be had soon.
[[nodiscard]] net::Task<catalog::CataloguePointer> catalogue_of(Request& request);

// Whether OpenRouter is behind this gateway: it knows more about models than its list says.
[[nodiscard]] bool is_before_openrouter(const Request& request) noexcept;

// Passes the request on, and answers with `body` where nobody could be reached.
[[nodiscard]] net::Task<Result<>> forward_or_answer(Request& request, std::string body);

// A page of the models that pass, or, where only the upstream knows, its own answer.
[[nodiscard]] net::Task<Result<>> answer_models(Request& request, catalog::ModelQuery query);

// The model that the path's author and slug name, among those that are offered.
[[nodiscard]] Result<const catalog::Model*> model_in_path(const Request& request,
                                                          const catalog::Catalogue& catalogue);

}  // namespace tollway::gateway
