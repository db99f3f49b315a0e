// What the ledger says.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ledger/records.hpp"
#include "tollway/money.hpp"

namespace tollway::ledger {

class Database;

// Sums of attempts. Days and hours are counted from 1970, in UTC.
struct UsageRow {
  std::int64_t time = 0;  // the day or hour, where the rows are by one
  std::string key;        // likewise empty where they are not by it
  std::string provider;
  std::string model;
  std::string served_by;
  std::int64_t attempts = 0;
  std::int64_t requests = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::int64_t estimated = 0;
  std::int64_t unknown = 0;  // attempts whose cost nobody knows; they are in no amount
  std::int64_t differing = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
  std::int64_t reasoning = 0;
  Money charged;  // billed where that was stated, else computed
  Money billed;
  Money computed;
  Money byok;  // computed of calls on the user's own keys, which the vendor bills him for
};

// Which sums: of the days from `from` to `until`, both included, and by what.
struct UsageQuery {
  std::int64_t from = 0;
  std::int64_t until = 0;
  bool by_time = false;
  bool by_key = false;
  bool by_provider = false;
  bool by_model = false;
  bool by_served_by = false;
  std::optional<std::string> key;  // of this key alone
};

// Whose spending: on which days besides for ever, both included and 366 at most.
struct SpendingQuery {
  std::int64_t from = 0;
  std::int64_t until = 0;
  std::optional<std::string> key;  // by this key alone
};
struct Spending {
  struct Day {
    std::int64_t day = 0;
    Money charged;
    Money byok;
  };
  Money charged;
  Money byok;  // computed of calls on the user's own keys, which the vendor bills him for
  std::vector<Day> days;
};

// One request and its attempts. Texts belong to it.
struct RequestReport {
  std::string id;  // "req-..."
  std::vector<AttemptRecord> attempts;
  std::vector<std::string> texts;  // what the attempts point into
  std::optional<Money> cost;       // unknown where that of one attempt is
};

// Reads the database beside the ledger that writes it, in this process or another. Belongs to one
// thread at a time.
class Reports {
 public:
  // Errors: no database there, damaged, or of another version.
  [[nodiscard]] static Result<std::unique_ptr<Reports>> open(std::string path);
  ~Reports();
  Reports(const Reports&) = delete;
  Reports& operator=(const Reports&) = delete;

  // The dearest first, or by time. Milliseconds, however many attempts there were: where it is not
  // by time, whole months are read as such.
  [[nodiscard]] Result<std::vector<UsageRow>> usage(const UsageQuery& query);
  // The same where `from` and `until` are hours.
  [[nodiscard]] Result<std::vector<UsageRow>> usage_by_hour(const UsageQuery& query);

  // Reads a row a day and key, and one a key for all that was ever spent.
  [[nodiscard]] Result<Spending> spending(const SpendingQuery& query);

  // By "req-..." or by the provider's id of its answer. Nullopt where there is none of that key, or
  // none yet: a request is here within a second of its end.
  [[nodiscard]] Result<std::optional<RequestReport>> request(std::string_view id,
                                                             const std::optional<std::string>& key);

 private:
  explicit Reports(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

// The day of a moment, counted from 1970.
[[nodiscard]] constexpr std::int64_t day_of(std::chrono::system_clock::time_point at) noexcept {
  return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count();
}

}  // namespace tollway::ledger
