// One row of the ledger as `tollway ledger export` prints it.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "ledger/records.hpp"

namespace tollway::spending {

// Members in their order. Numbers are numbers, amounts decimal strings, moments RFC 3339; what is
// not known is null.
[[nodiscard]] boost::json::object attempt_fields(std::int64_t seq,
                                                 const ledger::AttemptRecord& record);

// The same as fields of CSV: null is empty.
[[nodiscard]] std::vector<std::string> csv_names();
[[nodiscard]] std::vector<std::string> csv_fields(const boost::json::object& fields);

}  // namespace tollway::spending
