#include "support/ledger_rows.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "support/waiting.hpp"

namespace tollway::test {
namespace {

constexpr int lock_patience_ms = 5000;

SQLite::Database opened(const std::filesystem::path& data) {
  return {(data / "ledger.db").string(), SQLite::OPEN_READONLY, lock_patience_ms};
}

std::optional<std::int64_t> number(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional<std::int64_t>(column.getInt64());
}

}  // namespace

std::vector<LedgerRow> ledger_rows(const std::filesystem::path& data) {
  auto database = opened(data);
  SQLite::Statement row(
      database,
      "SELECT hex(request), attempt, flags, status, k.text, r.text, p.text, m.text, s.text, "
      "o.text, coalesce(upstream_id, ''), input, output, billed, computed FROM attempts JOIN names "
      "k ON k.id = key JOIN names r ON r.id = route JOIN names p ON p.id = provider JOIN names m "
      "ON m.id = model JOIN names s ON s.id = served_model JOIN names o ON o.id = outcome ORDER BY "
      "seq");
  std::vector<LedgerRow> rows;
  while (row.executeStep()) {
    rows.push_back({.request = row.getColumn(0).getString(),
                    .attempt = row.getColumn(1).getInt(),
                    .flags = row.getColumn(2).getInt(),
                    .status = row.getColumn(3).getInt(),
                    .key = row.getColumn(4).getString(),
                    .route = row.getColumn(5).getString(),
                    .provider = row.getColumn(6).getString(),
                    .model = row.getColumn(7).getString(),
                    .served_model = row.getColumn(8).getString(),
                    .outcome = row.getColumn(9).getString(),
                    .upstream_id = row.getColumn(10).getString(),
                    .input = row.getColumn(11).getInt64(),
                    .output = row.getColumn(12).getInt64(),
                    .billed = number(row.getColumn(13)),
                    .computed = number(row.getColumn(14))});
  }
  return rows;
}

std::vector<LedgerRow> wait_for_ledger_rows(const std::filesystem::path& data, std::size_t count) {
  std::vector<LedgerRow> rows;
  EXPECT_TRUE(wait_until([&] { return (rows = ledger_rows(data)).size() >= count; }))
      << rows.size() << " rows instead of " << count;
  rows.resize(std::max(rows.size(), count));
  return rows;
}

struct LedgerLock::Transaction {
  explicit Transaction(const std::string& file)
      : database(file, SQLite::OPEN_READWRITE, lock_patience_ms) {
    database.exec("BEGIN IMMEDIATE");
  }
  SQLite::Database database;  // closing it rolls back
};

LedgerLock::LedgerLock(const std::filesystem::path& data)
    : transaction_(std::make_unique<Transaction>((data / "ledger.db").string())) {}

LedgerLock::~LedgerLock() = default;

std::int64_t ledger_number(const std::filesystem::path& data, const std::string& sql) {
  auto database = opened(data);
  return database.execAndGet(sql).getInt64();
}

}  // namespace tollway::test
