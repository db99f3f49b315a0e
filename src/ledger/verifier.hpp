// Whether the ledger still says what was written into it.
#pragma once

#include "ledger/chain.hpp"
#include "ledger/database.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {

// Reads within a transaction of its caller. Throws SQLite's exceptions.
class Verifier {
 public:
  explicit Verifier(Database& database) : database_(database) {}
  [[nodiscard]] Store::Verified run();

 private:
  void check_pages();
  void check_rows();
  void problem(std::string what) { verified_.problems.push_back(std::move(what)); }

  Database& database_;
  Store::Verified verified_;
};

// The newest rows against their seals, some thousands of them. An error where they do not agree.
[[nodiscard]] Result<> check_newest_seals(Database& database);

}  // namespace tollway::ledger
