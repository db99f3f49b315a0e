// Questions to the ledger, off the loops.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ledger/reports.hpp"
#include "net/abort.hpp"
#include "net/loop.hpp"

namespace tollway::gateway {

// Runs questions one after another on a thread of its own, which opens the database at the first.
// Shared by all loops; thread-safe. Destroying it waits for the question under way; no read() may
// be waiting then.
class LedgerReader {
 public:
  // Answers a question as JSON. Runs on the reader's thread, and must not throw.
  using Question = std::function<Result<std::string>(ledger::Reports&)>;

  explicit LedgerReader(std::string database_path);
  ~LedgerReader();
  LedgerReader(const LedgerReader&) = delete;
  LedgerReader& operator=(const LedgerReader&) = delete;

  // Called on the loop's thread. Errc::overloaded where too many wait or it takes too long.
  [[nodiscard]] net::Task<Result<std::string>> read(net::Loop& loop, Question question,
                                                    net::Abort& abort);

 private:
  struct State;
  struct Waiter;
  class Registration;
  std::shared_ptr<State> state_;
};

}  // namespace tollway::gateway
