#include "ledger/verifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "ledger/row_checks.hpp"

namespace tollway::ledger {
namespace {

constexpr std::int64_t rows_checked_at_start = 5000;

// What was given up: up to which seal, and which row.
struct Retired {
  std::int64_t seal = 0;
  std::int64_t last_seq = 0;
};

// Walks the seals from a number on, and the rows of each, which it shows to `checks` where there
// are any.
class Chain {
 public:
  Chain(Database& database, std::int64_t from_number, Retired retired, RowChecks* checks = nullptr)
      : database_(database),
        retired_(retired),
        checks_(checks),
        seals_(database.handle(),
               "SELECT number, first_seq, last_seq, rows_hash, hash FROM seals WHERE number >= ? "
               "ORDER BY number"),
        rows_(database.handle(),
              fmt::format("SELECT {} FROM attempts WHERE seq > ? ORDER BY seq", attempt_columns)) {
    seals_.bind(1, from_number);
    previous_ = before(from_number);
    rows_.bind(1, std::max(previous_.last_seq, retired.last_seq));
    advance();
  }

  // What is wrong with the next seal; empty where nothing is. Nullopt after the last.
  std::optional<std::string> next();
  // Reads rows after the last seal; whether there were any.
  bool rows_left();
  [[nodiscard]] const Seal& seal() const noexcept { return previous_; }
  [[nodiscard]] std::int64_t rows() const noexcept { return rows_read_; }

 private:
  Seal before(std::int64_t number) {
    sqlite::Statement find(database_.handle(),
                           "SELECT number, last_seq, hash FROM seals WHERE number = ?");
    find.bind(1, number - 1);
    Seal seal;
    if (!find.step()) return seal;
    seal.number = find.integer(0);
    seal.last_seq = find.integer(1);
    seal.hash = digest_of(find.bytes(2));
    return seal;
  }
  void advance() {
    row_.reset();
    if (rows_.step()) row_ = rows_.integer(0);
  }
  bool rows_agree(const Seal& seal);
  // Whether those before it may have been given up, so that it is taken as it is.
  [[nodiscard]] bool is_anchor(const Seal& seal, const Seal& previous) const {
    return previous.number == 0 && seal.number > 1 && seal.number <= retired_.seal;
  }

  Database& database_;
  const Retired retired_;
  RowChecks* const checks_;
  sqlite::Statement seals_;
  sqlite::Statement rows_;
  std::optional<std::int64_t> row_;  // seq of the row that comes
  std::int64_t rows_read_ = 0;
  Seal previous_;
};

bool Chain::rows_agree(const Seal& seal) {
  RowsHash hash;
  bool in_order = true;
  std::int64_t expected = seal.first_seq;
  for (; row_ && *row_ <= seal.last_seq; advance(), ++expected) {
    in_order = in_order && *row_ == expected;
    const AttemptRecord record = attempt_of(database_, rows_);
    hash.add(record);
    if (checks_ != nullptr) checks_->see(*row_, record);
    ++rows_read_;
  }
  return in_order && expected == seal.last_seq + 1 && hash.finish() == seal.rows;
}

bool Chain::rows_left() {
  const auto read = rows_read_;
  std::ignore = rows_agree({.first_seq = 0, .last_seq = INT64_MAX - 1});
  return rows_read_ != read;
}

std::optional<std::string> Chain::next() {
  if (!seals_.step()) return std::nullopt;
  const Seal seal{.number = seals_.integer(0),
                  .first_seq = seals_.integer(1),
                  .last_seq = seals_.integer(2),
                  .rows = digest_of(seals_.bytes(3)),
                  .hash = digest_of(seals_.bytes(4))};
  const Seal previous = std::exchange(previous_, seal);
  const bool rows_are_right = seal.last_seq <= retired_.last_seq || rows_agree(seal);
  if (is_anchor(seal, previous)) return std::string();
  if (seal.number != previous.number + 1 || seal.first_seq != previous.last_seq + 1) {
    return fmt::format("seal {} does not follow seal {}", seal.number, previous.number);
  }
  if (link(previous.hash, seal) != seal.hash) {
    return fmt::format("the hash of seal {} is wrong", seal.number);
  }
  if (!rows_are_right) {
    return fmt::format("rows {} to {} are not what seal {} was made of", seal.first_seq,
                       seal.last_seq, seal.number);
  }
  return std::string();
}

Retired retired(Database& database) {
  sqlite::Statement newest(
      database.handle(),
      "SELECT coalesce(max(seal), 0), coalesce(max(last_seq), 0) FROM retirements");
  if (!newest.step()) return {};
  return {.seal = newest.integer(0), .last_seq = newest.integer(1)};
}

}  // namespace

Store::Verified Verifier::run() {
  check_pages();
  check_rows();
  if (const auto wrong = wrong_triggers(database_); !wrong.empty()) {
    problem("somebody has changed the triggers that keep rows as they are: " + wrong);
  }
  return std::move(verified_);
}

// The indexes of attempts are compared with the rows further down, which is faster than to look
// each row up in each of them.
void Verifier::check_pages() {
  for (const char* pragma : {"PRAGMA quick_check(1)", "PRAGMA integrity_check(names)"}) {
    const auto answer = database_.handle().execAndGet(pragma).getString();
    if (answer != "ok") problem("the database's pages do not agree: " + answer);
  }
}

void Verifier::check_rows() {
  const Retired given_up = retired(database_);
  verified_.retired_until = given_up.last_seq;
  RowChecks checks(database_, given_up.last_seq);
  Chain chain(database_, 1, given_up, &checks);
  bool broken = false;
  while (auto wrong = chain.next()) {
    ++verified_.seals;
    if (wrong->empty() || std::exchange(broken, true)) continue;
    problem(std::move(*wrong));
  }
  if (chain.rows_left()) problem("there are rows after the last seal");
  if (verified_.seals > 0) verified_.head = to_hex(chain.seal().hash);
  checks.finish(verified_.problems);
  verified_.attempts = chain.rows();
  verified_.requests = checks.requests();
}

Result<> check_newest_seals(Database& database) {
  sqlite::Statement first(database.handle(),
                          "SELECT coalesce(max(number), 1) FROM seals WHERE first_seq <= (SELECT "
                          "max(last_seq) FROM seals) - ?");
  first.bind(1, rows_checked_at_start);
  const std::int64_t from = first.number();
  Chain chain(database, from, retired(database));
  while (const auto wrong = chain.next()) {
    if (!wrong->empty()) {
      return database.damaged(*wrong + "; `tollway ledger verify` tells all");
    }
  }
  if (chain.rows_left()) return database.damaged("there are rows after the last seal");
  return {};
}

}  // namespace tollway::ledger
