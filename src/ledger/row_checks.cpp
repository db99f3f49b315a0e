#include "ledger/row_checks.hpp"

#include <fmt/format.h>

#include <cstring>

#include "ledger/sum_checks.hpp"

namespace tollway::ledger {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

std::uint64_t entry(std::string_view request, std::int64_t attempt, std::int64_t seq) {
  std::array<std::uint64_t, 2> halves{};
  if (request.size() == sizeof halves) std::memcpy(halves.data(), request.data(), sizeof halves);
  return mix(mix(mix(mix(1, halves[0]), halves[1]), static_cast<std::uint64_t>(attempt)),
             static_cast<std::uint64_t>(seq));
}

std::uint64_t entry(std::int64_t key, std::int64_t seq) {
  return mix(mix(1, static_cast<std::uint64_t>(key)), static_cast<std::uint64_t>(seq));
}

}  // namespace

RowChecks::RowChecks(Database& database, std::int64_t retired_until)
    : database_(database),
      retired_until_(retired_until),
      requests_(database.handle(),
                "SELECT last_seq, attempts, unknown, cost FROM requests ORDER BY last_seq"),
      attempts_of_(database.handle(), attempts_of_sql) {
  next_request();
}

void RowChecks::next_request() {
  request_.reset();
  if (!requests_.step()) return;
  ++requests_seen_;
  request_ = {.last_seq = requests_.integer(0),
              .attempts = requests_.integer(1),
              .unknown = requests_.integer(2),
              .cost = requests_.integer(3),
              .stored = true};
}

void RowChecks::see(std::int64_t seq, const AttemptRecord& record) {
  by_request_ += entry(as_bytes(record.request), record.attempt, seq);
  if (!record.upstream_id.empty()) {
    by_upstream_ += entry(upstream_key(day_of_ms(record.at_ms), record.upstream_id), seq);
  }
  add(hours_[hour_of_ms(record.at_ms)], record);
  see_request(seq, record);
}

void RowChecks::see_request(std::int64_t seq, const AttemptRecord& record) {
  for (; request_ && request_->last_seq < seq; next_request()) ++requests_empty_;
  if (!request_ || request_->last_seq != seq) return;
  if (!is_sum(record, *request_)) ++requests_wrong_;
  next_request();
}

bool RowChecks::is_sum(const AttemptRecord& record, const RequestSum& stored) {
  if (stored.attempts == 1 && record.attempt == 1) {
    const auto charged = record.charged();
    return stored.unknown == (charged ? 0 : 1) &&
           stored.cost == (charged ? charged->nanodollars : 0);
  }
  const RequestSum sum = sum_of(attempts_of_, record.request);
  // The first attempts of a request may have been given up with their seal.
  return sum == stored || (retired_until_ > 0 && sum.attempts < stored.attempts);
}

void RowChecks::finish(std::vector<std::string>& problems) {
  for (; request_; next_request()) ++requests_empty_;
  finish_requests(problems);
  finish_upstream_index(problems);
  finish_sums(problems);
}

void RowChecks::finish_requests(std::vector<std::string>& problems) {
  sqlite::Statement index(database_.handle(),
                          "SELECT request, attempt, seq FROM attempts INDEXED BY "
                          "attempts_by_request ORDER BY request, attempt");
  std::uint64_t entries = 0;
  std::int64_t different = 0;
  RequestId previous{};
  while (index.step()) {
    const std::string_view request = index.bytes(0);
    entries += entry(request, index.integer(1), index.integer(2));
    if (different > 0 && request == as_bytes(previous)) continue;
    previous = request_id_of(request);
    ++different;
  }
  if (entries != by_request_) problems.emplace_back("attempts_by_request is not what attempts say");
  if (requests_wrong_ != 0) {
    problems.push_back(
        fmt::format("{} requests are not the sum of their attempts", requests_wrong_));
  }
  if (requests_empty_ != 0) {
    problems.push_back(fmt::format("{} requests have no attempt", requests_empty_));
  }
  const std::int64_t unfinished =
      sqlite::Statement(database_.handle(), "SELECT count(*) FROM unfinished_requests").number();
  const std::int64_t stored = requests_seen_ - requests_empty_;
  if (different != stored + unfinished) {
    problems.push_back(
        fmt::format("there are {} requests, but attempts of {}", stored + unfinished, different));
  }
}

void RowChecks::finish_upstream_index(std::vector<std::string>& problems) {
  sqlite::Statement index(database_.handle(),
                          "SELECT upstream_key, seq FROM attempts INDEXED BY attempts_by_upstream "
                          "WHERE upstream_key IS NOT NULL");
  std::uint64_t entries = 0;
  while (index.step()) entries += entry(index.integer(0), index.integer(1));
  if (entries != by_upstream_) {
    problems.emplace_back("attempts_by_upstream is not what attempts say");
  }
}

void RowChecks::finish_sums(std::vector<std::string>& problems) {
  SumChecks sums(database_.handle());
  sums.read();
  sums.tell(problems);
  // Hours that reach back into what was given up have no rows to be compared with.
  sqlite::Statement until(database_.handle(), "SELECT coalesce(max(at), -1) FROM retirements");
  const std::int64_t given_up = retired_until_ == 0 ? -1 : hour_of_ms(until.number());
  const auto skip = [given_up](std::map<std::int64_t, Sums>& hours) {
    hours.erase(hours.begin(), hours.upper_bound(given_up));
  };
  auto stored = sums.take_hours();
  skip(stored);
  skip(hours_);
  std::int64_t wrong = 0;
  for (const auto& [hour, sum] : stored) {
    const auto found = hours_.find(hour);
    if (found == hours_.end() || found->second != sum) ++wrong;
  }
  for (const auto& [hour, sum] : hours_) wrong += stored.contains(hour) ? 0 : 1;
  if (wrong != 0) {
    problems.push_back(fmt::format("{} sums of an hour are not the sum of its attempts", wrong));
  }
}

}  // namespace tollway::ledger
