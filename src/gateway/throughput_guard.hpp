// Streams that are too slow to go on with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "dialects/dialect.hpp"
#include "net/types.hpp"

namespace tollway::gateway {

// What a provider must keep up; zero: nothing is demanded.
struct ThroughputDemand {
  net::Duration first_content{};  // from the attempt's beginning to the first content of its stream
  double tokens_a_second = 0;     // from then on, in every window
  net::Duration window = std::chrono::seconds(10);
};

// Tokens of a stream as far as it has come, roughly: an event with content is one at least, and so
// are four bytes of text.
[[nodiscard]] inline std::uint64_t tokens_of(const dialects::Progress& progress) {
  return std::max<std::uint64_t>(progress.content_events, progress.text.bytes() / 4);
}

// Watches one stream from its first content on. Windows follow one another without a gap; one in
// which the client took its time is begun anew, for the provider may have waited for it.
class ThroughputGuard {
 public:
  explicit ThroughputGuard(const ThroughputDemand& demand) noexcept : demand_(demand) {}

  [[nodiscard]] bool is_on() const noexcept { return demand_.tokens_a_second > 0; }
  // A window begins; `tokens` are those that have come by now.
  void begin(net::TimePoint now, std::uint64_t tokens) noexcept {
    ends_ = now + demand_.window;
    tokens_ = tokens;
  }
  // When to look, whatever has come; nullopt where nothing is watched.
  [[nodiscard]] std::optional<net::TimePoint> due() const noexcept {
    return is_on() ? ends_ : std::nullopt;
  }
  // At the end of a window, whether it brought too little; else the next one begins.
  [[nodiscard]] bool is_too_slow(net::TimePoint now, std::uint64_t tokens) noexcept {
    if (!ends_ || now < *ends_) return false;
    // The end may have been missed by a while.
    const std::chrono::duration<double> took = demand_.window + (now - *ends_);
    const auto came = static_cast<double>(tokens - tokens_);
    if (came < demand_.tokens_a_second * took.count()) return true;
    begin(now, tokens);
    return false;
  }

 private:
  const ThroughputDemand& demand_;
  std::optional<net::TimePoint> ends_;
  std::uint64_t tokens_ = 0;
};

}  // namespace tollway::gateway
