#include "ledger/attempts_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/open_to_read.hpp"
#include "ledger/verifier.hpp"

namespace tollway::ledger {
namespace {

constexpr std::int64_t rows_at_once = 4096;

}  // namespace

AttemptsReader::AttemptsReader(std::unique_ptr<Database> database, AttemptsRange range)
    : database_(std::move(database)), range_(range) {}
AttemptsReader::~AttemptsReader() = default;

Result<std::unique_ptr<AttemptsReader>> AttemptsReader::open(std::string path,
                                                             AttemptsRange range) {
  auto database = open_to_read(std::move(path));
  if (!database) return std::unexpected(std::move(database.error()));
  std::unique_ptr<AttemptsReader> reader(new AttemptsReader(std::move(*database), range));
  auto ends = reader->database_->guarded([&]() -> Result<> {
    SQLite::Statement find(reader->database_->handle(),
                           "SELECT coalesce((SELECT min(seq) FROM attempts), 1) - 1, "
                           "coalesce((SELECT max(seq) FROM attempts), 0)");
    find.executeStep();
    reader->after_ = find.getColumn(0).getInt64();
    reader->last_ = find.getColumn(1).getInt64();
    return {};
  });
  if (!ends) return std::unexpected(std::move(ends.error()));
  return reader;
}

Result<bool> AttemptsReader::next(const Show& show) {
  if (after_ >= last_) return false;
  return database_->guarded([&]() -> Result<bool> {
    const std::int64_t until = std::min(last_, after_ + rows_at_once);
    SQLite::Statement row(
        database_->handle(),
        fmt::format("SELECT {} FROM attempts WHERE seq > ? AND seq <= ? AND at >= ? AND at < ? "
                    "ORDER BY seq",
                    attempt_columns));
    int at = 0;
    for (const auto bound : {after_, until, range_.from_ms, range_.until_ms}) {
      row.bind(++at, bound);
    }
    while (row.executeStep()) show(row.getColumn(0).getInt64(), attempt_of(*database_, row));
    after_ = until;
    return true;
  });
}

Result<Store::Verified> verify(std::string path) {
  const auto database = open_to_read(std::move(path));
  if (!database) return std::unexpected(database.error());
  return (*database)->guarded([&]() -> Result<Store::Verified> {
    SQLite::Transaction snapshot((*database)->handle());
    return Verifier(**database).run();
  });
}

}  // namespace tollway::ledger
