// One transaction's rows.
#pragma once

#include "ledger/chain.hpp"
#include "ledger/database.hpp"
#include "ledger/store.hpp"
#include "ledger/usage_sums.hpp"

namespace tollway::ledger {

// Lives within a transaction of its caller, which commits after finish(). Throws SQLite's
// exceptions.
class Appender {
 public:
  explicit Appender(Database& database);

  // A row that is there already, by request and attempt, stays as it is.
  void add(const AttemptRecord& record);
  void keep_open(const AttemptRecord& record);
  // All that were kept open, as interrupted.
  void settle_open();
  // Requests whose process ended between two of their attempts.
  void finish_requests();
  // Writes sums and the seal.
  [[nodiscard]] Store::Appended finish();

 private:
  struct RequestSum {
    std::int64_t last_seq = 0;
    std::int64_t attempts = 0;
    std::int64_t unknown = 0;
    std::int64_t cost = 0;
  };
  void add_request(const AttemptRecord& record);
  [[nodiscard]] RequestSum sum_of(const RequestId& request);
  void insert_request(const RequestId& request, const RequestSum& sum);

  Database& database_;
  SQLite::Statement insert_;
  SQLite::Statement insert_request_;
  SQLite::Statement attempts_of_;
  SQLite::Statement forget_open_;
  bool any_open_;
  UsageSums sums_;
  Seal previous_;
  Seal seal_;
  RowsHash rows_;
  std::int64_t last_at_ = 0;
  Store::Appended appended_;
};

// The newest seal; its number is 0 where there is none.
[[nodiscard]] Seal newest_seal(SQLite::Database& database);

}  // namespace tollway::ledger
