// Single calls: the ledger's rows against OpenRouter's records of them.
#pragma once

#include <string>
#include <vector>

#include "installation.hpp"
#include "ledger/reports.hpp"
#include "spending/reconciliation.hpp"
#include "terminal/console.hpp"

namespace tollway::spending {

// Prints one row for each id, of a request ("req-...") one for each of its attempts at OpenRouter.
// Returns the exit code: whether all costs agree, or why they could not be compared.
[[nodiscard]] int check_generations(terminal::Console& console, const std::vector<std::string>& ids,
                                    const Tolerance& tolerance, const Installation& installation,
                                    ledger::Reports& reports);

}  // namespace tollway::spending
