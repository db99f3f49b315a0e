#include "ledger/appender.hpp"

#include <algorithm>
#include <string>

#include "ledger/record_format.hpp"

namespace tollway::ledger {
namespace {

// Half of what a row costs by itself is its statement's, and more.
constexpr std::size_t requests_at_once = 16;
constexpr int request_columns = 4;

std::string insert_requests_sql(std::size_t rows) {
  std::string sql = "INSERT INTO requests (last_seq, attempts, unknown, cost) VALUES (?, ?, ?, ?)";
  for (std::size_t row = 1; row < rows; ++row) sql += ", (?, ?, ?, ?)";
  return sql;
}

}  // namespace

const char* const attempts_of_sql =
    "SELECT seq, coalesce(billed, computed), EXISTS (SELECT 1 FROM requests WHERE last_seq = seq) "
    "FROM attempts WHERE request = ?";

RequestSum sum_of(sqlite::Statement& attempts_of, const RequestId& request) {
  RequestSum sum;
  attempts_of.bind_bytes(1, as_bytes(request));
  while (attempts_of.step()) {
    ++sum.attempts;
    sum.last_seq = std::max(sum.last_seq, attempts_of.integer(0));
    if (attempts_of.is_null(1)) {
      ++sum.unknown;
    } else {
      sum.cost = std::min(sum_max, sum.cost + std::min(sum_max / 256, attempts_of.integer(1)));
    }
    sum.stored = sum.stored || attempts_of.integer(2) != 0;
  }
  return sum;
}

Appender::Appender(Database& database)
    : database_(database),
      insert_(database.handle(), insert_attempt_sql),
      insert_request_(database.handle(), insert_requests_sql(1)),
      insert_requests_(database.handle(), insert_requests_sql(requests_at_once)),
      attempts_of_(database.handle(), attempts_of_sql),
      newest_seal_(database.handle(),
                   "SELECT number, last_seq, hash FROM seals ORDER BY number DESC LIMIT 1"),
      insert_seal_(database.handle(),
                   "INSERT INTO seals (number, first_seq, last_seq, last_at, rows_hash, hash) "
                   "VALUES (?, ?, ?, ?, ?, ?)"),
      keep_open_(database.handle(),
                 "INSERT INTO open_attempts (request, attempt, record) SELECT ?1, ?2, ?3 "
                 "WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE request = ?1 AND attempt "
                 "= ?2) ON CONFLICT DO NOTHING"),
      forget_open_(database.handle(),
                   "DELETE FROM open_attempts WHERE request = ? AND attempt = ?"),
      has_open_(database.handle(), "SELECT EXISTS (SELECT 1 FROM open_attempts)"),
      keep_unfinished_(database.handle(),
                       "INSERT INTO unfinished_requests (id) VALUES (?) ON CONFLICT DO NOTHING"),
      forget_unfinished_(database.handle(), "DELETE FROM unfinished_requests WHERE id = ?"),
      sums_(database.handle()) {}

void Appender::begin() {
  for (auto* statement :
       {&insert_, &insert_request_, &insert_requests_, &attempts_of_, &newest_seal_, &insert_seal_,
        &keep_open_, &forget_open_, &has_open_, &keep_unfinished_, &forget_unfinished_}) {
    statement->reset();
  }
  sums_.clear();
  any_open_ = has_open_.number() != 0;
  previous_ = {};
  if (newest_seal_.step()) {
    previous_.number = newest_seal_.integer(0);
    previous_.last_seq = newest_seal_.integer(1);
    previous_.hash = digest_of(newest_seal_.bytes(2));
    newest_seal_.reset();
  }
  seal_ = {.number = previous_.number + 1,
           .first_seq = previous_.last_seq + 1,
           .last_seq = previous_.last_seq,
           .rows = {},
           .hash = {}};
  rows_ = RowsHash();
  requests_.clear();
  last_at_ = 0;
  appended_ = {};
}

void Appender::add(const AttemptRecord& record) {
  if (any_open_) {
    forget_open_.bind_bytes(1, as_bytes(record.request));
    forget_open_.bind(2, record.attempt);
    forget_open_.run();
  }
  const NameIds names = database_.ids_of(record);
  put_attempt(insert_, seal_.last_seq + 1, record, names);
  if (insert_.run() == 0) {
    ++appended_.known;
    return;
  }
  ++seal_.last_seq;
  ++appended_.rows;
  last_at_ = std::max(last_at_, record.at_ms);
  rows_.add(record);
  sums_.add(record, names);
  add_request(record);
}

// Mostly its only attempt. One that was interrupted may come after those that followed it.
void Appender::add_request(const AttemptRecord& record) {
  if (!record.has(last)) return keep_unfinished(record.request);
  const bool alone = record.attempt == 1 && !record.has(interrupted) && !record.has(hedged);
  if (!alone) return finish_request(record.request);
  const auto charged = record.charged();
  insert_request({.last_seq = seal_.last_seq,
                  .attempts = 1,
                  .unknown = charged ? 0 : 1,
                  .cost = charged ? charged->nanodollars : 0});
}

void Appender::keep_unfinished(const RequestId& request) {
  write_requests();
  if (sum_of(attempts_of_, request).stored) return;
  keep_unfinished_.bind_bytes(1, as_bytes(request));
  keep_unfinished_.run();
}

void Appender::finish_request(const RequestId& request) {
  write_requests();
  forget_unfinished_.bind_bytes(1, as_bytes(request));
  forget_unfinished_.run();
  const RequestSum sum = sum_of(attempts_of_, request);
  if (!sum.stored) insert_request(sum);
}

void Appender::insert_request(const RequestSum& sum) {
  requests_.push_back(sum);
  if (requests_.size() < requests_at_once) return;
  int from = 1;
  for (const RequestSum& request : requests_) {
    bind(insert_requests_, from, request);
    from += request_columns;
  }
  insert_requests_.run();
  requests_.clear();
}

// One by one, as they are too few, or are to be read.
void Appender::write_requests() {
  for (const RequestSum& request : requests_) {
    bind(insert_request_, 1, request);
    insert_request_.run();
  }
  requests_.clear();
}

void Appender::bind(sqlite::Statement& statement, int from, const RequestSum& sum) {
  statement.bind(from, sum.last_seq);
  statement.bind(from + 1, sum.attempts);
  statement.bind(from + 2, sum.unknown);
  statement.bind(from + 3, sum.cost);
}

void Appender::keep_open(const AttemptRecord& record) {
  std::array<char, record_bytes_max> bytes;
  keep_open_.bind_bytes(1, as_bytes(record.request));
  keep_open_.bind(2, record.attempt);
  keep_open_.bind_bytes(3, {bytes.data(), write_record(Kind::begun, record, bytes.data())});
  keep_open_.run();
  any_open_ = true;
}

void Appender::settle_open() {
  std::vector<std::string> kept;
  sqlite::Statement open(database_.handle(),
                         "SELECT record FROM open_attempts ORDER BY request, attempt");
  while (open.step()) kept.emplace_back(open.bytes(0));
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
  sqlite::Statement find(database_.handle(), "SELECT id FROM unfinished_requests ORDER BY id");
  while (find.step()) unfinished.push_back(request_id_of(find.bytes(0)));
  for (const auto& request : unfinished) finish_request(request);
}

Store::Appended Appender::finish() {
  write_requests();
  if (appended_.rows == 0) return appended_;
  sums_.write();
  seal_.rows = rows_.finish();
  seal_.hash = link(previous_.hash, seal_);
  insert_seal_.bind(1, seal_.number);
  insert_seal_.bind(2, seal_.first_seq);
  insert_seal_.bind(3, seal_.last_seq);
  insert_seal_.bind(4, last_at_);
  insert_seal_.bind_bytes(5, as_bytes(seal_.rows));
  insert_seal_.bind_bytes(6, as_bytes(seal_.hash));
  insert_seal_.run();
  return appended_;
}

}  // namespace tollway::ledger
