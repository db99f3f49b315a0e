#include "ledger/appender.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/record_format.hpp"

namespace tollway::ledger {
namespace {

std::string insert_sql() {
  return fmt::format(
      "INSERT INTO attempts ({}, upstream_hash) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
      "ON CONFLICT (request, attempt) DO NOTHING",
      attempt_columns);
}

void bind_bytes(SQLite::Statement& statement, int at, std::string_view bytes) {
  statement.bind(at, bytes.data(), static_cast<int>(bytes.size()));
}

template <class Bytes>
std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view blob(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

}  // namespace

Seal newest_seal(SQLite::Database& database) {
  SQLite::Statement newest(
      database, "SELECT number, first_seq, last_seq, hash FROM seals ORDER BY number DESC LIMIT 1");
  Seal seal;
  if (!newest.executeStep()) return seal;
  seal.number = newest.getColumn(0).getInt64();
  seal.first_seq = newest.getColumn(1).getInt64();
  seal.last_seq = newest.getColumn(2).getInt64();
  seal.hash = digest_of(blob(newest.getColumn(3)));
  return seal;
}

Appender::Appender(Database& database)
    : database_(database),
      insert_(database.handle(), insert_sql()),
      insert_request_(database.handle(),
                      "INSERT INTO requests (id, last_seq, attempts, unknown, cost) "
                      "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"),
      attempts_of_(database.handle(),
                   "SELECT seq, coalesce(billed, computed) FROM attempts WHERE request = ?"),
      forget_open_(database.handle(),
                   "DELETE FROM open_attempts WHERE request = ? AND attempt = ?"),
      any_open_(
          database.handle().execAndGet("SELECT EXISTS (SELECT 1 FROM open_attempts)").getInt() !=
          0),
      sums_(database.handle()),
      previous_(newest_seal(database.handle())) {
  seal_.number = previous_.number + 1;
  seal_.first_seq = previous_.last_seq + 1;
  seal_.last_seq = previous_.last_seq;
}

void Appender::add(const AttemptRecord& record) {
  if (any_open_) {
    bind_bytes(forget_open_, 1, as_text(record.request));
    forget_open_.bind(2, static_cast<int>(record.attempt));
    forget_open_.exec();
    forget_open_.reset();
  }
  put_attempt(database_, insert_, seal_.last_seq + 1, record);
  const bool inserted = insert_.exec() == 1;
  insert_.reset();
  if (!inserted) {
    ++appended_.known;
    return;
  }
  ++seal_.last_seq;
  ++appended_.rows;
  last_at_ = std::max(last_at_, record.at_ms);
  rows_.add(record);
  sums_.add(database_, record);
  if (record.has(last)) add_request(record);
}

void Appender::add_request(const AttemptRecord& record) {
  const auto charged = record.charged();
  if (record.attempt == 1) {
    insert_request(record.request, {.last_seq = seal_.last_seq,
                                    .attempts = 1,
                                    .unknown = charged ? 0 : 1,
                                    .cost = charged ? charged->nanodollars : 0});
  } else {
    insert_request(record.request, sum_of(record.request));
  }
}

Appender::RequestSum Appender::sum_of(const RequestId& request) {
  RequestSum sum;
  bind_bytes(attempts_of_, 1, as_text(request));
  while (attempts_of_.executeStep()) {
    ++sum.attempts;
    sum.last_seq = std::max(sum.last_seq, attempts_of_.getColumn(0).getInt64());
    const auto cost = attempts_of_.getColumn(1);
    if (cost.isNull()) {
      ++sum.unknown;
    } else {
      sum.cost = std::min(sum_max, sum.cost + std::min(sum_max / 256, cost.getInt64()));
    }
  }
  attempts_of_.reset();
  return sum;
}

void Appender::insert_request(const RequestId& request, const RequestSum& sum) {
  bind_bytes(insert_request_, 1, as_text(request));
  insert_request_.bind(2, sum.last_seq);
  insert_request_.bind(3, sum.attempts);
  insert_request_.bind(4, sum.unknown);
  insert_request_.bind(5, sum.cost);
  insert_request_.exec();
  insert_request_.reset();
}

void Appender::keep_open(const AttemptRecord& record) {
  SQLite::Statement keep(database_.handle(),
                         "INSERT INTO open_attempts (request, attempt, record) SELECT ?1, ?2, ?3 "
                         "WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE request = ?1 AND attempt "
                         "= ?2) ON CONFLICT DO NOTHING");
  bind_bytes(keep, 1, as_text(record.request));
  keep.bind(2, static_cast<int>(record.attempt));
  std::array<char, record_bytes_max> bytes;
  bind_bytes(keep, 3, {bytes.data(), write_record(Kind::begun, record, bytes.data())});
  keep.exec();
  any_open_ = true;
}

void Appender::settle_open() {
  std::vector<std::string> kept;
  SQLite::Statement open(database_.handle(),
                         "SELECT record FROM open_attempts ORDER BY request, attempt");
  while (open.executeStep()) kept.emplace_back(blob(open.getColumn(0)));
  for (const auto& bytes : kept) {
    auto read = read_record(bytes);
    if (!read) continue;
    AttemptRecord& record = read->record;
    record.flags |= last | interrupted | failed;
    record.outcome = "interrupted";
    add(record);
  }
}

void Appender::finish_requests() {
  std::vector<RequestId> unfinished;
  SQLite::Statement find(database_.handle(),
                         "SELECT DISTINCT request FROM attempts WHERE (flags & 1) = 0 AND "
                         "request NOT IN (SELECT id FROM requests)");
  while (find.executeStep()) unfinished.push_back(request_id_of(blob(find.getColumn(0))));
  for (const auto& request : unfinished) insert_request(request, sum_of(request));
}

Store::Appended Appender::finish() {
  if (appended_.rows == 0) return appended_;
  sums_.write();
  seal_.rows = rows_.finish();
  seal_.hash = link(previous_.hash, seal_);
  SQLite::Statement insert(
      database_.handle(),
      "INSERT INTO seals (number, first_seq, last_seq, last_at, rows_hash, hash) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  insert.bind(1, seal_.number);
  insert.bind(2, seal_.first_seq);
  insert.bind(3, seal_.last_seq);
  insert.bind(4, last_at_);
  bind_bytes(insert, 5, as_text(seal_.rows));
  bind_bytes(insert, 6, as_text(seal_.hash));
  insert.exec();
  return appended_;
}

}  // namespace tollway::ledger
