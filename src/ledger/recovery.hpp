// What an earlier process left in the journal.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/store.hpp"

namespace tollway::ledger {

struct Recovered {
  std::size_t records = 0;      // in the files
  std::size_t rows = 0;         // that were not in the database
  std::size_t interrupted = 0;  // of them: begun, never settled
  std::uint64_t newest_run = 0;
};
// Moves it into the database and removes the files; one that is damaged is kept as "*.damaged".
// Nobody may be writing in the directory.
[[nodiscard]] Result<Recovered> recover(const std::string& journal_directory, Store& store);

}  // namespace tollway::ledger
