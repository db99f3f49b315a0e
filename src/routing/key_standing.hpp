// How one of a provider's keys does: what it may be asked, and whether it is left alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "routing/clock.hpp"
#include "routing/limiter.hpp"

namespace tollway::routing {

// How long a key that was refused is left alone.
struct KeyRest {
  Duration first = std::chrono::minutes(1);  // doubles with each refusal that follows
  Duration max = std::chrono::minutes(10);
};

// Counts for all models that are asked with the key. Shared by all threads, and by the
// configurations that follow one another; nothing in it waits.
class KeyStanding {
 public:
  // `key_name` tells a provider's keys apart and is no secret.
  KeyStanding(std::string provider, std::string key_name, const Limits& limits = {})
      : limiter(limits), provider_(std::move(provider)), key_name_(std::move(key_name)) {}

  [[nodiscard]] const std::string& provider() const noexcept { return provider_; }
  [[nodiscard]] const std::string& key_name() const noexcept { return key_name_; }

  // The operator's limits; what the provider says is in its endpoints' limiters.
  Limiter limiter;

  // The provider refused the key (401, 402, 403): nobody asks with it for a while. False where
  // it rests already, by another request that was under way.
  bool rest(TimePoint now, const KeyRest& how = {}) noexcept;
  // An answer that is no error ends every rest.
  void worked() noexcept;
  [[nodiscard]] bool rests(TimePoint now) const noexcept {
    return nanoseconds(now) < rest_until_.load(std::memory_order_relaxed);
  }
  // Whether it may be asked with by a request that has nowhere else to go: a key that rests is then
  // tried once in so long, so that it is noticed to be paid for again.
  [[nodiscard]] bool admits_early(TimePoint now, Duration every) noexcept;
  // When it was refused, or tried while it rested, last.
  [[nodiscard]] TimePoint tried_at() const noexcept {
    return TimePoint(Duration(tried_at_.load(std::memory_order_relaxed)));
  }
  // The past where it does not rest.
  [[nodiscard]] TimePoint rest_until() const noexcept {
    return TimePoint(Duration(rest_until_.load(std::memory_order_relaxed)));
  }

 private:
  const std::string provider_;
  const std::string key_name_;
  std::atomic<std::int64_t> rest_until_{0};
  std::atomic<std::int64_t> tried_at_{0};  // while it rested, or when it was refused
  std::atomic<std::uint32_t> rests_{0};    // since it worked last
};

}  // namespace tollway::routing
