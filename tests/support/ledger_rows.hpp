// What a gateway wrote into its ledger, as a test reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollway::test {

struct LedgerRow {      // one attempt
  std::string request;  // in hex
  int attempt = 0;
  int flags = 0;  // src/ledger/records.hpp
  int status = 0;
  std::string key, route, provider, model, served_model, outcome, upstream_id;
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::optional<std::int64_t> billed;
  std::optional<std::int64_t> computed;
};

inline constexpr int flag_last = 1;
inline constexpr int flag_cancelled = 4;
inline constexpr int flag_estimated = 8;
inline constexpr int flag_counted = 16;
inline constexpr int flag_differs = 32;
inline constexpr int flag_interrupted = 64;
inline constexpr int flag_failed = 128;

// All attempts in DATA/ledger.db, in their order. The gateway moves them there within 100 ms, and
// all of them before it ends.
[[nodiscard]] std::vector<LedgerRow> ledger_rows(const std::filesystem::path& data);
// Waits until there are that many; fails the test where there are not.
[[nodiscard]] std::vector<LedgerRow> wait_for_ledger_rows(const std::filesystem::path& data,
                                                          std::size_t count);
// As long as it lives, nobody else writes DATA/ledger.db.
class LedgerLock {
 public:
  explicit LedgerLock(const std::filesystem::path& data);
  ~LedgerLock();
  LedgerLock(const LedgerLock&) = delete;
  LedgerLock& operator=(const LedgerLock&) = delete;

 private:
  struct Transaction;
  std::unique_ptr<Transaction> transaction_;
};

// One number that a query gives.
[[nodiscard]] std::int64_t ledger_number(const std::filesystem::path& data, const std::string& sql);

}  // namespace tollway::test
