// What happened lately, in slots of time that are used again and again.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "routing/clock.hpp"

namespace tollway::routing {

// The last `Count` slots of `SlotSeconds` each, the current one included. `Slot` has clear(), and
// may be written and read by any thread. At the turn of a slot, what other threads add to it in the
// very moment in which it is cleared may be lost; nothing is counted twice.
template <class Slot, std::size_t Count, std::int64_t SlotSeconds>
class Rolling {
 public:
  [[nodiscard]] Slot& now(TimePoint time) noexcept {
    const std::int64_t number = number_of(time);
    Numbered& place = slots_[static_cast<std::size_t>(number) % Count];
    std::int64_t there = place.number.load(std::memory_order_acquire);
    // Only forwards: a thread that comes late adds to what is there now.
    while (there < number) {
      if (!place.number.compare_exchange_weak(there, number, std::memory_order_acq_rel)) continue;
      place.slot.clear();
      break;
    }
    return place.slot;
  }

  // Calls visit(const Slot&) for each of the last `last` slots that saw something.
  template <class Visit>
  void each(TimePoint time, std::size_t last, Visit visit) const {
    const std::int64_t newest = number_of(time);
    for (const Numbered& place : slots_) {
      const std::int64_t there = place.number.load(std::memory_order_acquire);
      if (there <= newest && there > newest - static_cast<std::int64_t>(last)) visit(place.slot);
    }
  }

 private:
  // From 1 on, so that 0 is a slot that was never used.
  static std::int64_t number_of(TimePoint time) noexcept {
    return nanoseconds(time) / (SlotSeconds * 1'000'000'000) + 1;
  }
  struct Numbered {
    std::atomic<std::int64_t> number{0};
    Slot slot;
  };
  std::array<Numbered, Count> slots_;
};

}  // namespace tollway::routing
