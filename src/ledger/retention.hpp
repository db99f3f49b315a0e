// How long the ledger keeps every attempt.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "ledger/health.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {

// Belongs to the ledger's thread.
class Retention {
 public:
  using Time = std::chrono::system_clock::time_point;
  using Now = std::function<Time()>;
  // Zero days: for ever.
  Retention(std::chrono::days kept, Now now) : kept_(kept), now_(std::move(now)) {}

  // At its first call and then once a day gives up what is older, a step a call, so that records
  // need not wait for long. Errors are told in the log; one that means that the database must not
  // be written any more stops the ledger.
  void run(Store& store, Health& health);

 private:
  const std::chrono::days kept_;
  const Now now_;
  std::optional<Time> last_;  // when there was nothing left to give up
  std::size_t gone_ = 0;      // since then
};

}  // namespace tollway::ledger
