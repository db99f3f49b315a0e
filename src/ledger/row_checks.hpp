// Whether what is derived from attempts still is what they say.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/appender.hpp"
#include "ledger/database.hpp"
#include "ledger/usage_sums.hpp"

namespace tollway::ledger {

// Sees every attempt once, in their order, and then reads indexes, requests and sums, each once
// from its one end to the other. Within a transaction of its caller. Throws SQLite's exceptions.
class RowChecks {
 public:
  RowChecks(Database& database, std::int64_t retired_until);

  void see(std::int64_t seq, const AttemptRecord& record);
  // Adds to `problems` what is wrong, a sentence for each kind.
  void finish(std::vector<std::string>& problems);
  [[nodiscard]] std::int64_t requests() const noexcept { return requests_seen_; }

 private:
  void see_request(std::int64_t seq, const AttemptRecord& record);
  [[nodiscard]] bool is_sum(const AttemptRecord& record, const RequestSum& stored);
  void next_request();
  void finish_requests(std::vector<std::string>& problems);
  void finish_upstream_index(std::vector<std::string>& problems);
  void finish_sums(std::vector<std::string>& problems);

  Database& database_;
  const std::int64_t retired_until_;
  sqlite::Statement requests_;
  sqlite::Statement attempts_of_;
  std::optional<RequestSum> request_;  // that comes
  std::int64_t requests_seen_ = 0;
  std::int64_t requests_wrong_ = 0;
  std::int64_t requests_empty_ = 0;
  // Sums over entries in whatever order: an index has what the rows have where they are equal.
  std::uint64_t by_request_ = 0;
  std::uint64_t by_upstream_ = 0;
  std::map<std::int64_t, Sums> hours_;
};

}  // namespace tollway::ledger
