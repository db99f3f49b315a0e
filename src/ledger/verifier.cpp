#include "ledger/verifier.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace tollway::ledger {
namespace {

constexpr std::int64_t rows_checked_at_start = 5000;

std::string_view blob(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

// Walks the seals from a number on, and the rows of each.
class Chain {
 public:
  Chain(Database& database, std::int64_t from_number, std::int64_t retired_until)
      : database_(database),
        retired_until_(retired_until),
        seals_(database.handle(),
               "SELECT number, first_seq, last_seq, rows_hash, hash FROM seals WHERE number >= ? "
               "ORDER BY number"),
        rows_(database.handle(),
              fmt::format("SELECT {} FROM attempts WHERE seq > ? ORDER BY seq", attempt_columns)) {
    seals_.bind(1, from_number);
    previous_ = before(from_number);
    rows_.bind(1, std::max(previous_.last_seq, retired_until));
    advance();
  }

  // What is wrong with the next seal; empty where nothing is. Nullopt after the last.
  std::optional<std::string> next();
  [[nodiscard]] const Seal& seal() const noexcept { return previous_; }
  [[nodiscard]] std::int64_t rows() const noexcept { return rows_read_; }
  [[nodiscard]] bool rows_left() const noexcept { return row_.has_value(); }

 private:
  Seal before(std::int64_t number) {
    SQLite::Statement find(database_.handle(),
                           "SELECT number, last_seq, hash FROM seals WHERE number = ?");
    find.bind(1, number - 1);
    Seal seal;
    if (!find.executeStep()) return seal;
    seal.number = find.getColumn(0).getInt64();
    seal.last_seq = find.getColumn(1).getInt64();
    seal.hash = digest_of(blob(find.getColumn(2)));
    return seal;
  }
  void advance() {
    row_.reset();
    if (rows_.executeStep()) row_ = rows_.getColumn(0).getInt64();
  }
  bool rows_agree(const Seal& seal);

  Database& database_;
  const std::int64_t retired_until_;
  SQLite::Statement seals_;
  SQLite::Statement rows_;
  std::optional<std::int64_t> row_;  // seq of the row that comes
  std::int64_t rows_read_ = 0;
  Seal previous_;
};

bool Chain::rows_agree(const Seal& seal) {
  RowsHash hash;
  std::int64_t expected = seal.first_seq;
  for (; row_ && *row_ <= seal.last_seq; advance(), ++expected) {
    if (*row_ != expected) return false;
    hash.add(attempt_of(database_, rows_));
    ++rows_read_;
  }
  return expected == seal.last_seq + 1 && hash.finish() == seal.rows;
}

std::optional<std::string> Chain::next() {
  if (!seals_.executeStep()) return std::nullopt;
  const Seal seal{.number = seals_.getColumn(0).getInt64(),
                  .first_seq = seals_.getColumn(1).getInt64(),
                  .last_seq = seals_.getColumn(2).getInt64(),
                  .rows = digest_of(blob(seals_.getColumn(3))),
                  .hash = digest_of(blob(seals_.getColumn(4)))};
  const Seal previous = std::exchange(previous_, seal);
  if (seal.number != previous.number + 1 || seal.first_seq != previous.last_seq + 1) {
    return fmt::format("seal {} does not follow seal {}", seal.number, previous.number);
  }
  if (link(previous.hash, seal) != seal.hash) {
    return fmt::format("the hash of seal {} is wrong", seal.number);
  }
  if (seal.last_seq > retired_until_ && !rows_agree(seal)) {
    return fmt::format("rows {} to {} are not what seal {} was made of", seal.first_seq,
                       seal.last_seq, seal.number);
  }
  return std::string();
}

std::int64_t retired_until(Database& database) {
  return database.handle()
      .execAndGet("SELECT coalesce(max(last_seq), 0) FROM retirements")
      .getInt64();
}

}  // namespace

Store::Verified Verifier::run() {
  check_pages();
  check_chain();
  check_requests();
  check_sums();
  return std::move(verified_);
}

void Verifier::check_pages() {
  const auto answer = database_.handle().execAndGet("PRAGMA integrity_check(1)").getString();
  if (answer != "ok") problem("the database's pages do not agree: " + answer);
}

void Verifier::check_chain() {
  verified_.retired_until = retired_until(database_);
  Chain chain(database_, 1, verified_.retired_until);
  bool broken = false;
  while (auto wrong = chain.next()) {
    ++verified_.seals;
    if (wrong->empty() || std::exchange(broken, true)) continue;
    problem(std::move(*wrong));
  }
  verified_.attempts = chain.rows();
  if (chain.rows_left()) problem("there are rows after the last seal");
  if (verified_.seals > 0) verified_.head = to_hex(chain.seal().hash);
}

// Every request is the sum of its attempts, and no attempt is without one but those under way.
void Verifier::check_requests() {
  auto& handle = database_.handle();
  SQLite::Statement sums(
      handle,
      "SELECT count(*), coalesce(sum(r.attempts <> a.attempts OR r.unknown <> a.unknown OR r.cost "
      "<> a.cost), 0) FROM requests r JOIN (SELECT request, count(*) AS attempts, "
      "sum(coalesce(billed, computed) IS NULL) AS unknown, coalesce(sum(coalesce(billed, "
      "computed)), 0) AS cost, min(seq) AS first_seq FROM attempts GROUP BY request) a ON r.id = "
      "a.request WHERE a.first_seq > ?");
  // A request whose first attempts were given up is not the sum of those that are left.
  sums.bind(1, verified_.retired_until);
  sums.executeStep();
  if (sums.getColumn(1).getInt64() != 0) {
    problem(
        fmt::format("{} requests are not the sum of their attempts", sums.getColumn(1).getInt64()));
  }
  verified_.requests = handle.execAndGet("SELECT count(*) FROM requests").getInt64();
  const auto missing =
      handle
          .execAndGet(
              "SELECT count(*) FROM attempts WHERE (flags & 1) = 1 AND request NOT IN (SELECT id "
              "FROM requests)")
          .getInt64();
  if (missing != 0) problem(fmt::format("{} attempts have no request", missing));
  const auto empty =
      handle
          .execAndGet(
              "SELECT count(*) FROM requests WHERE id NOT IN (SELECT request FROM attempts)")
          .getInt64();
  if (empty != 0) problem(fmt::format("{} requests have no attempt", empty));
}

// Days are the sums of their hours, and hours of what is left of their attempts.
void Verifier::check_sums() {
  auto& handle = database_.handle();
  const auto days_wrong =
      handle
          .execAndGet(
              "SELECT count(*) FROM usage_days d LEFT JOIN (SELECT hour / 24 AS day, key, "
              "provider, model, served_by, sum(attempts) AS attempts, sum(charged) AS charged, "
              "sum(input) AS input, sum(output) AS output FROM usage_hours GROUP BY 1, 2, 3, 4, 5) "
              "h USING (day, key, provider, model, served_by) WHERE d.attempts IS NOT h.attempts "
              "OR d.charged IS NOT h.charged OR d.input IS NOT h.input OR d.output IS NOT h.output")
          .getInt64();
  if (days_wrong != 0) {
    problem(fmt::format("{} sums of a day are not the sum of its hours", days_wrong));
  }
  SQLite::Statement hours(
      handle,
      "SELECT count(*) FROM (SELECT hour, sum(attempts) AS attempts, sum(requests) AS requests, "
      "sum(charged) AS charged, sum(unknown) AS unknown, sum(input) AS input, sum(output) AS "
      "output FROM usage_hours WHERE hour > ?1 GROUP BY hour) h FULL JOIN (SELECT at / 3600000 AS "
      "hour, count(*) AS attempts, sum(flags & 1) AS requests, coalesce(sum(coalesce(billed, "
      "computed)), 0) AS charged, sum(coalesce(billed, computed) IS NULL) AS unknown, sum(input) "
      "AS input, sum(output) AS output FROM attempts WHERE at / 3600000 > ?1 GROUP BY 1) a USING "
      "(hour) WHERE h.attempts IS NOT a.attempts OR h.requests IS NOT a.requests OR h.charged IS "
      "NOT a.charged OR h.unknown IS NOT a.unknown OR h.input IS NOT a.input OR h.output IS NOT "
      "a.output");
  // Hours that reach back into what was given up have no rows to be compared with.
  hours.bind(1, handle
                    .execAndGet("SELECT coalesce(max(last_at) / 3600000, -1) FROM seals WHERE "
                                "last_seq <= (SELECT max(last_seq) FROM retirements)")
                    .getInt64());
  hours.executeStep();
  if (const auto wrong = hours.getColumn(0).getInt64(); wrong != 0) {
    problem(fmt::format("{} sums of an hour are not the sum of its attempts", wrong));
  }
}

Result<> check_newest_seals(Database& database) {
  SQLite::Statement first(database.handle(),
                          "SELECT coalesce(max(number), 1) FROM seals WHERE first_seq <= (SELECT "
                          "max(last_seq) FROM seals) - ?");
  first.bind(1, rows_checked_at_start);
  const std::int64_t from = first.executeStep() ? first.getColumn(0).getInt64() : 1;
  Chain chain(database, from, retired_until(database));
  while (const auto wrong = chain.next()) {
    if (!wrong->empty()) {
      return database.damaged(*wrong + "; `tollway ledger verify` tells all");
    }
  }
  if (chain.rows_left()) return database.damaged("there are rows after the last seal");
  return {};
}

}  // namespace tollway::ledger
