// One transaction's rows.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/chain.hpp"
#include "ledger/database.hpp"
#include "ledger/store.hpp"
#include "ledger/usage_sums.hpp"

namespace tollway::ledger {

// What a request's row says.
struct RequestSum {
  std::int64_t last_seq = 0;
  std::int64_t attempts = 0;
  std::int64_t unknown = 0;
  std::int64_t cost = 0;
  bool stored = false;  // it is in the database
  bool operator==(const RequestSum&) const = default;
};
// The statement that reads a request's attempts, and their sum.
extern const char* const attempts_of_sql;
[[nodiscard]] RequestSum sum_of(sqlite::Statement& attempts_of, const RequestId& request);

// Serves one transaction after another: begin(), rows, finish(), and its caller commits. Throws
// SQLite's exceptions; whatever became of a transaction, the next begins anew.
class Appender {
 public:
  explicit Appender(Database& database);

  void begin();
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
  void add_request(const AttemptRecord& record);
  void keep_unfinished(const RequestId& request);
  void finish_request(const RequestId& request);
  void insert_request(const RequestSum& sum);
  void write_requests();
  static void bind(sqlite::Statement& statement, int from, const RequestSum& sum);

  Database& database_;
  sqlite::Statement insert_;
  sqlite::Statement insert_request_;
  sqlite::Statement insert_requests_;  // many of them
  sqlite::Statement attempts_of_;
  sqlite::Statement newest_seal_;
  sqlite::Statement insert_seal_;
  sqlite::Statement keep_open_;
  sqlite::Statement forget_open_;
  sqlite::Statement has_open_;
  sqlite::Statement keep_unfinished_;
  sqlite::Statement forget_unfinished_;
  UsageSums sums_;

  // Of this transaction.
  bool any_open_ = false;
  Seal previous_;
  Seal seal_;
  RowsHash rows_;
  std::vector<RequestSum> requests_;  // that are not written yet
  std::int64_t last_at_ = 0;
  Store::Appended appended_;
};

[[nodiscard]] inline std::string_view as_bytes(const auto& array) {
  return {reinterpret_cast<const char*>(array.data()), array.size()};
}

}  // namespace tollway::ledger
