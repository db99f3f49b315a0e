// The ledger's attempts, one after another, for those who carry them elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {

class Database;

// Which attempts: those that began in these milliseconds since 1970, `until` not included.
struct AttemptsRange {
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;
};

// Reads the database beside the ledger that writes it, in this process or another. Between calls
// nothing is held: neither memory nor a snapshot that the writer's log would have to grow for. So a
// consumer may take its time. Belongs to one thread at a time.
class AttemptsReader {
 public:
  // Ends with what is there now. Errors as of Reports::open().
  [[nodiscard]] static Result<std::unique_ptr<AttemptsReader>> open(std::string path,
                                                                    AttemptsRange range);
  ~AttemptsReader();
  AttemptsReader(const AttemptsReader&) = delete;
  AttemptsReader& operator=(const AttemptsReader&) = delete;

  // Shows the next attempts in the order of their settling, a few thousand at most, or none where
  // there are none of the range among them. A record's texts last until `show`, which must not
  // throw, returns. False at the end.
  using Show = std::function<void(std::int64_t seq, const AttemptRecord& record)>;
  [[nodiscard]] Result<bool> next(const Show& show);

 private:
  AttemptsReader(std::unique_ptr<Database> database, AttemptsRange range);
  std::unique_ptr<Database> database_;
  AttemptsRange range_;
  std::int64_t after_ = 0;  // seq of the last that was looked at
  std::int64_t last_ = 0;
};

// Store::verify() of a ledger that others may be writing. Changes nothing.
[[nodiscard]] Result<Store::Verified> verify(std::string path);

}  // namespace tollway::ledger
