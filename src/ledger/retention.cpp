#include "ledger/retention.hpp"

#include <utility>

#include "base/log.hpp"

namespace tollway::ledger {
namespace {

constexpr auto pause = std::chrono::hours(24);
constexpr std::int64_t rows_a_step = 10'000;

}  // namespace

void Retention::run(Store& store, Health& health) {
  if (kept_ == std::chrono::days(0) || health.stopped()) return;
  const Time now = now_();
  // A clock that was set back makes it look again, which does no harm.
  if (last_ && now >= *last_ && now - *last_ < pause) return;
  const auto retired = store.retire(now - kept_, rows_a_step);
  if (retired && *retired > 0) {
    gone_ += *retired;
    return;
  }
  last_ = now;
  if (!retired) {
    log::warning(
        "the ledger cannot give up what is older than {} days: {}; it tries again in a day",
        kept_.count(), retired.error().message);
    if (retired.error().retry == Retry::never) health.stop(retired.error().message);
  } else if (gone_ > 0) {
    log::info("the ledger gave up the detail of {} attempts older than {} days; their sums stay",
              std::exchange(gone_, 0), kept_.count());
  }
}

}  // namespace tollway::ledger
