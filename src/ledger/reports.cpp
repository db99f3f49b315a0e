#include "ledger/reports.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"
#include "ledger/database.hpp"
#include "ledger/open_to_read.hpp"

namespace tollway::ledger {
namespace {

// Nine a record, and a request has few attempts.
constexpr std::size_t texts_max = std::size_t{9} * 255;

// The newest request that an id of the provider belongs to, day by day: their index is by day.
std::optional<RequestId> request_of(SQLite::Database& database, std::string_view upstream_id) {
  SQLite::Statement newest(database,
                           "SELECT max(at) / 86400000 + 1 FROM attempts WHERE seq > (SELECT "
                           "max(seq) FROM attempts) - 1000");
  newest.executeStep();
  SQLite::Statement oldest(database, "SELECT at / 86400000 FROM attempts ORDER BY seq LIMIT 1");
  if (!oldest.executeStep()) return std::nullopt;
  const std::int64_t first = oldest.getColumn(0).getInt64() - 1;
  SQLite::Statement find(database,
                         "SELECT request FROM attempts WHERE upstream_key = ? AND upstream_id = ? "
                         "LIMIT 1");
  for (std::int64_t day = newest.getColumn(0).getInt64(); day >= first; --day) {
    find.bind(1, upstream_key(day, upstream_id));
    find.bind(2, std::string(upstream_id));
    if (find.executeStep()) {
      const auto column = find.getColumn(0);
      return request_id_of({static_cast<const char*>(column.getBlob()),
                            static_cast<std::size_t>(column.getBytes())});
    }
    find.reset();
  }
  return std::nullopt;
}

void own_texts(AttemptRecord& record, std::vector<std::string>& texts) {
  for (auto* text :
       {&record.key, &record.route, &record.provider, &record.model, &record.served_model,
        &record.served_by, &record.upstream_id, &record.outcome, &record.finish_reason}) {
    *text = texts.emplace_back(*text);  // within what was reserved: it stays where it is
  }
}

}  // namespace

Reports::Reports(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Reports::~Reports() = default;

Result<std::unique_ptr<Reports>> Reports::open(std::string path) {
  auto database = open_to_read(std::move(path));
  if (!database) return std::unexpected(std::move(database.error()));
  return std::unique_ptr<Reports>(new Reports(std::move(*database)));
}

Result<std::optional<RequestReport>> Reports::request(std::string_view id,
                                                      const std::optional<std::string>& key) {
  return database_->guarded([&]() -> Result<std::optional<RequestReport>> {
    auto& handle = database_->handle();
    SQLite::Transaction snapshot(handle);
    std::optional<RequestId> request = request_id_bytes(id);
    if (!request) request = request_of(handle, id);
    if (!request) return std::nullopt;
    SQLite::Statement row(handle, fmt::format("SELECT {} FROM attempts WHERE request = ? ORDER BY "
                                              "attempt",
                                              attempt_columns));
    row.bind(1, request->data(), static_cast<int>(request->size()));
    RequestReport report;
    report.id = tollway::request_id_of(*request);
    report.texts.reserve(texts_max);
    report.cost = Money{};
    while (row.executeStep() && report.texts.size() < texts_max) {
      auto& record = report.attempts.emplace_back(attempt_of(*database_, row));
      own_texts(record, report.texts);
      const auto charged = record.charged();
      if (!charged || !report.cost) {
        report.cost.reset();
      } else {
        report.cost->nanodollars += charged->nanodollars;
      }
    }
    if (report.attempts.empty() || (key && report.attempts.front().key != *key)) {
      return std::nullopt;
    }
    return report;
  });
}

}  // namespace tollway::ledger
