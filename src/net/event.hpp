// A coroutine's wait for something that happens elsewhere on its loop.
#pragma once

#include "net/abort.hpp"
#include "net/loop.hpp"

namespace tollway::net {

// One coroutine waits, others set. A timer each, so not for the hot path: sockets have cheaper
// deadlines of their own. Belongs to one loop's thread.
class Event {
 public:
  enum class Woken : std::uint8_t { set, timed_out, aborted };

  explicit Event(Loop& loop) : timer_(loop.executor()) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Ends the wait under way, or the next one. Setting it twice is setting it once.
  void set();
  // Waits until set, which it takes back, until `until`, or until the abort fires.
  [[nodiscard]] Task<Woken> wait(TimePoint until, Abort& abort);

 private:
  Timer timer_;
  bool set_ = false;
};

}  // namespace tollway::net
