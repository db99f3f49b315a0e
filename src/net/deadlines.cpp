#include "net/deadlines.hpp"

#include <algorithm>
#include <new>

namespace tollway::net {
namespace {

// Not at once, and not never: a wheel that stood still would end nothing any more.
constexpr Duration again_without_memory = std::chrono::milliseconds(100);

}  // namespace

void Deadline::set(TimePoint when) {
  when_ = when;
  if (hook_.is_linked() && slot_time_ <= when)
    return;  // the wheel comes by in time and looks again
  hook_.unlink();
  wheel_.link(*this);
}

void DeadlineWheel::link(Deadline& deadline) {
  const bool idle = armed_tick_ == none;
  if (idle) turned_ = Clock::now().time_since_epoch() / tick;
  // Round up, so that nothing fires early. Deadlines further off than one round are looked at once
  // a round and put on again.
  const auto due = (deadline.when_.time_since_epoch() + tick - Duration(1)) / tick;
  const auto at = std::clamp<std::int64_t>(due, turned_ + 1,
                                           turned_ + static_cast<std::int64_t>(slot_count) - 1);
  deadline.slot_time_ = TimePoint(at * tick);
  slot(at).push_back(deadline);
  if (at < armed_tick_ && !turning_) arm(at);
}

void DeadlineWheel::arm(std::int64_t at) {
  armed_tick_ = at;
  try {
    timer_.expires_at(TimePoint(at * tick));
    timer_.async_wait([this](const boost::system::error_code& code) {
      if (!code) turn();
    });
  } catch (const std::bad_alloc&) {
    armed_tick_ = none;  // the next deadline that is set arms it
  }
}

void DeadlineWheel::turn() {
  const TimePoint now = Clock::now();
  const auto now_tick = now.time_since_epoch() / tick;
  // After a long stop every slot is due once; there is no need to go around twice.
  const auto last = std::min(now_tick, turned_ + static_cast<std::int64_t>(slot_count));
  List due;
  for (auto at = turned_ + 1; at <= last; ++at) due.splice(due.end(), slot(at));
  turned_ = now_tick;
  turning_ = true;
  while (!due.empty()) {
    Deadline& deadline = due.front();
    due.pop_front();
    if (deadline.when_ <= now) {
      deadline.when_ = TimePoint::max();
      try {
        deadline.callback_(deadline.owner_);
      } catch (const std::bad_alloc&) {
        if (deadline.when_ != TimePoint::max()) continue;  // it has set itself again
        deadline.when_ = now + again_without_memory;
        link(deadline);
      }
    } else if (deadline.when_ != TimePoint::max()) {
      link(deadline);
    }
  }
  turning_ = false;
  armed_tick_ = none;
  for (auto at = turned_ + 1; at <= turned_ + static_cast<std::int64_t>(slot_count); ++at) {
    if (!slot(at).empty()) return arm(at);
  }
}

}  // namespace tollway::net
