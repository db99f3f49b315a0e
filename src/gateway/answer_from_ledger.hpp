// Routes that the ledger answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/ledger_reader.hpp"
#include "gateway/request.hpp"

namespace tollway::gateway {

// Asks the ledger and sends its answer.
[[nodiscard]] net::Task<Result<>> answer_from_ledger(Request& request,
                                                     LedgerReader::Question question);

// Whose figures a request may see: its key's own; everybody's without authentication.
[[nodiscard]] std::optional<std::string> visible_key(const Request& request);

// A parameter of a query, its percent-escapes decoded; nullopt where it is not there.
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view query,
                                                         std::string_view name);

}  // namespace tollway::gateway
