// How long what comes in waits until a busy loop gets to it.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include "net/types.hpp"

namespace tollway::net {

// Measured, not reckoned: a descriptor of its own becomes readable and waits its turn like any
// socket. What a loop does not get to waits in the kernel's list of ready descriptors, of which it
// sees a hundred at a time, so that its own turns may be short while its clients wait for seconds.
// Belongs to one loop's thread.
class QueueDelay {
 public:
  explicit QueueDelay(asio::io_context& io);
  ~QueueDelay();
  QueueDelay(const QueueDelay&) = delete;
  QueueDelay& operator=(const QueueDelay&) = delete;

  // The lesser of the last two measurements, so that one long turn is no overload (as CoDel judges
  // a queue: Nichols, Jacobson, "Controlling Queue Delay", 2012); zero where nobody asked for a
  // second. Asking measures again, 20 times a second at most.
  [[nodiscard]] Duration judge(TimePoint now) noexcept;

 private:
  void begin(TimePoint now) noexcept;
  void end(TimePoint now) noexcept;

  asio::posix::stream_descriptor descriptor_;
  bool under_way_ = false;
  TimePoint began_{};
  TimePoint ended_{};
  Duration last_{};
  Duration before_{};
};

}  // namespace tollway::net
