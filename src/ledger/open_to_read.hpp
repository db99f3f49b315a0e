// The database for those who only read it.
#pragma once

#include <memory>
#include <string>

#include "ledger/database.hpp"

namespace tollway::ledger {

// Waits for seconds where others have it locked. Errors: no database there, damaged, or of another
// version.
[[nodiscard]] Result<std::unique_ptr<Database>> open_to_read(std::string path);

}  // namespace tollway::ledger
