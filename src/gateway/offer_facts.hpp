// What is known of offers beyond what lists of models say, for GET models.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "catalog/model_query.hpp"
#include "gateway/request.hpp"

namespace tollway::gateway {

// Requests by model, by its id.
using RequestCounts = std::unordered_map<std::string, double>;

// Of the last seven days, from the ledger; empty where there is none or it does not answer.
[[nodiscard]] net::Task<RequestCounts> requests_of_a_week(Request& request,
                                                          catalog::CataloguePointer catalogue);

// What was measured of each offer since the start, data policies as routing assumes them, and
// `counts`.
[[nodiscard]] std::function<catalog::OfferFacts(const catalog::Model&, const catalog::Offer&)>
offer_facts(const dispatch::Standings& standings, RequestCounts counts, routing::TimePoint now);

}  // namespace tollway::gateway
