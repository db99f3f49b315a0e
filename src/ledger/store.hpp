// The ledger's database: DATA/ledger.db.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "ledger/records.hpp"

namespace tollway::ledger {

class Appender;
class Database;

// SQLite in WAL mode, mode 0600; each transaction is on the disk when append() returns. Other
// processes may read meanwhile. Belongs to one thread at a time.
//
// Errors: Retry::same where the same call may succeed later (locked, disk full), Retry::never where
// the database must not be written any more (damaged, or the disk failed). Nothing of a call that
// failed is kept.
class Store {
 public:
  struct Options {
    std::string path;
    std::chrono::milliseconds lock_patience{250};  // for other processes that write
  };
  // Creates it where there is none and brings its tables up to date. A damaged file, or one of a
  // newer version, is an error that says what to do; it stays as it is.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(Options options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  struct Batch {
    std::span<const AttemptRecord> settled;
    std::span<const AttemptRecord> open;  // begun ones that the journal is about to forget
  };
  struct Appended {
    std::size_t rows = 0;
    std::size_t known = 0;  // were there already, and were left as they are
  };
  // All of it in one transaction, sealed by one link of the hash chain.
  [[nodiscard]] Result<Appended> append(const Batch& batch);

  // Attempts that append() was given as open and not as settled since then become rows with the
  // outcome "interrupted" and an unknown cost. For a start, after the journal was read.
  [[nodiscard]] Result<std::size_t> settle_interrupted();

  // Gives up the detail of what began before `before`, in whole seals; sums stay, and the chain
  // from the last of those seals on. As many as have no more than `rows_max` attempts together, or
  // one. Returns the number of attempts that are gone, 0 where there are none to give up.
  [[nodiscard]] Result<std::size_t> retire(
      std::chrono::system_clock::time_point before,
      std::int64_t rows_max = std::numeric_limits<std::int64_t>::max());

  struct Verified {
    std::int64_t attempts = 0;
    std::int64_t requests = 0;
    std::int64_t seals = 0;
    std::int64_t retired_until = 0;     // seq of the last attempt whose detail was given up
    std::string head;                   // the newest hash, in hex; empty without a seal
    std::vector<std::string> problems;  // the first of each kind; empty where all is well
  };
  // Reads all of it: pages, chain, requests and sums. Takes seconds for millions of rows.
  [[nodiscard]] Result<Verified> verify();

 private:
  Store(std::unique_ptr<Database> database, std::unique_ptr<Appender> appender);
  std::unique_ptr<Database> database_;
  std::unique_ptr<Appender> appender_;  // its statements are prepared once
};

}  // namespace tollway::ledger
