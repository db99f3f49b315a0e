// What the ledger's thread and the loops tell each other.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>

#include "base/error.hpp"

namespace tollway::ledger {

// Thread-safe.
class Health {
 public:
  explicit Health(std::size_t backlog_bytes_max) : backlog_bytes_max_(backlog_bytes_max) {}

  // Whether anything may begin that costs money. Errc::overloaded with the reason otherwise.
  [[nodiscard]] Result<> check() const {
    if (backlog_bytes_.load(std::memory_order_relaxed) <= backlog_bytes_max_ &&
        !stopped_.load(std::memory_order_relaxed)) [[likely]] {
      return {};
    }
    return refuse();
  }

  void grown(std::size_t bytes) noexcept {
    backlog_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void stored(std::size_t bytes) noexcept {
    backlog_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t backlog_bytes() const noexcept { return backlog_bytes_.load(); }

  // Why the database takes nothing; empty once it does again.
  void set_trouble(std::string why);
  // For good, until a restart. The first reason counts.
  void stop(std::string why);
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(); }

 private:
  [[nodiscard]] std::unexpected<Error> refuse() const;

  const std::size_t backlog_bytes_max_;
  std::atomic<std::size_t> backlog_bytes_ = 0;
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;
  std::string why_;
};

}  // namespace tollway::ledger
