#include "net/queue_delay.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "base/log.hpp"

namespace tollway::net {
namespace {

constexpr auto measured_every = std::chrono::milliseconds(50);
constexpr auto stale_after = std::chrono::seconds(1);

}  // namespace

// Without a descriptor nothing is measured, and nobody turned away.
QueueDelay::QueueDelay(asio::io_context& io) : descriptor_(io) {
  const int made = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (made < 0) return;
  boost::system::error_code code;
  descriptor_.assign(made, code);
  if (!code) return;
  ::close(made);
  log::warning("how busy the gateway is cannot be measured: {}", code.message());
}

QueueDelay::~QueueDelay() = default;

Duration QueueDelay::judge(TimePoint now) noexcept {
  if (!under_way_) {
    if (now - ended_ >= stale_after) last_ = before_ = Duration::zero();
    if (now - ended_ >= measured_every) begin(now);
    return std::min(last_, before_);
  }
  // It takes this long at least.
  const Duration so_far = now - began_;
  return so_far > before_ ? std::min(so_far, last_) : std::min(last_, before_);
}

void QueueDelay::begin(TimePoint now) noexcept {
  if (!descriptor_.is_open()) return;
  under_way_ = true;
  began_ = now;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& code) {
                           if (!code) end(Clock::now());
                         });
  // Nobody reads it: each write makes it ready anew, and 2^64 writes are never made.
  constexpr std::uint64_t one = 1;
  static_cast<void>(::write(descriptor_.native_handle(), &one, sizeof one));
}

void QueueDelay::end(TimePoint now) noexcept {
  under_way_ = false;
  ended_ = now;
  before_ = last_;
  last_ = now - began_;
}

}  // namespace tollway::net
