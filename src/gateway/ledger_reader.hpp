// Questions to the ledger, off the loops.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/off_loop.hpp"
#include "ledger/reports.hpp"

namespace tollway::gateway {

// Answers questions one after another; the database is opened at the first. Shared by all loops;
// thread-safe. No read() may be waiting when it is destroyed.
class LedgerReader {
 public:
  // Answers a question as JSON. Runs on the reader's thread, and must not throw.
  using Question = std::function<Result<std::string>(ledger::Reports&)>;

  explicit LedgerReader(std::string database_path);

  // Called on the loop's thread. Errc::overloaded where too many wait or it takes too long.
  [[nodiscard]] net::Task<Result<std::string>> read(net::Loop& loop, Question question,
                                                    net::Abort& abort);

 private:
  struct Database;
  std::shared_ptr<Database> database_;
  OffLoop thread_;
};

}  // namespace tollway::gateway
