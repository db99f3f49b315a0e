// Deadlines at the cost of a store: one coarse wheel a thread instead of a timer an operation.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <limits>

#include "net/types.hpp"

namespace tollway::net {

class DeadlineWheel;

// One deadline that may be moved at will. Moving it later costs a store; the wheel looks again
// when the old time comes. Fires at most 10 ms late plus what the loop is busy with, never early.
// Belongs to one loop's thread, as does the wheel.
class Deadline {
 public:
  using Callback = void (*)(void* owner);
  Deadline(DeadlineWheel& wheel, Callback callback, void* owner) noexcept
      : wheel_(wheel), callback_(callback), owner_(owner) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Calls back once at `when`, unless moved or cleared before.
  void set(TimePoint when);
  void clear() noexcept { when_ = TimePoint::max(); }
  [[nodiscard]] TimePoint when() const noexcept { return when_; }

 private:
  friend class DeadlineWheel;
  using Hook = boost::intrusive::list_member_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  DeadlineWheel& wheel_;
  Callback callback_;
  void* owner_;
  TimePoint when_ = TimePoint::max();
  TimePoint slot_time_ = TimePoint::max();  // when the wheel will look at it
  Hook hook_;
};

// A hashed wheel of 10 ms ticks. Its timer sleeps until the next slot that holds something.
class DeadlineWheel {
 public:
  explicit DeadlineWheel(asio::io_context& io) : timer_(io.get_executor()) {}
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

 private:
  friend class Deadline;
  static constexpr std::size_t slot_count = 512;
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  static constexpr Duration tick = std::chrono::milliseconds(10);
  using List = boost::intrusive::list<
      Deadline, boost::intrusive::member_hook<Deadline, Deadline::Hook, &Deadline::hook_>,
      boost::intrusive::constant_time_size<false>>;

  void link(Deadline& deadline);
  void arm(std::int64_t at);
  void turn();
  [[nodiscard]] List& slot(std::int64_t at) {
    return slots_[static_cast<std::size_t>(at) % slot_count];
  }

  std::array<List, slot_count> slots_;
  Timer timer_;
  std::int64_t turned_ = 0;  // the tick up to which slots were visited
  std::int64_t armed_tick_ = none;
  bool turning_ = false;
};

}  // namespace tollway::net
