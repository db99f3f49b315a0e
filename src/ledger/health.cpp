#include "ledger/health.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollway::ledger {

void Health::set_trouble(std::string why) {
  const std::lock_guard lock(mutex_);
  if (!stopped_) why_ = std::move(why);
}

void Health::stop(std::string why) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  why_ = std::move(why);
  stopped_ = true;
}

std::unexpected<Error> Health::refuse() const {
  const std::lock_guard lock(mutex_);
  auto error = internal_error(
      stopped_ ? fmt::format("the ledger has stopped ({}); nothing that costs money is served "
                             "until Tollway is restarted",
                             why_)
               : fmt::format("the ledger is {} bytes behind{}; nothing that costs money is served "
                             "until it has caught up",
                             backlog_bytes_.load(), why_.empty() ? "" : " (" + why_ + ")"));
  error.error().code = Errc::overloaded;
  return error;
}

}  // namespace tollway::ledger
