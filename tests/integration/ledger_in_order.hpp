// What holds of a ledger whatever has happened to it.
#pragma once

#include <filesystem>

namespace tollway::test {

// Fails the test unless the sum over attempts is that over requests and that of every roll-up, no
// attempt is there twice, SQLite finds the file whole, and `tollway ledger verify` has nothing to
// say. For the end of every test that did something to the ledger.
void expect_ledger_in_order(const std::filesystem::path& data);

}  // namespace tollway::test
