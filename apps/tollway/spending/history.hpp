// What a model's answers were like, for estimates.
#pragma once

#include <string_view>
#include <vector>

#include "installation.hpp"
#include "tollway/pricing.hpp"

namespace tollway::spending {

// The calls of the last 30 days to the model that did not fail, as one record with their average
// output, for EstimateRequest::history; none where the ledger has none of them, or is not there.
// Without a provider those to any. Errors as of ledger::Reports::open().
[[nodiscard]] Result<std::vector<CostRecord>> history_of(const Paths& paths,
                                                         std::string_view provider,
                                                         std::string_view model);

}  // namespace tollway::spending
