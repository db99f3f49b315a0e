#include "ledger/journal.hpp"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include "base/log.hpp"

namespace tollway::ledger {

void SegmentQueue::push(std::shared_ptr<Segment> segment) {
  const std::lock_guard lock(mutex_);
  segments_.push_back(std::move(segment));
}

std::vector<std::shared_ptr<Segment>> SegmentQueue::all() const {
  const std::lock_guard lock(mutex_);
  return {segments_.begin(), segments_.end()};
}

void SegmentQueue::remove(const std::shared_ptr<Segment>& segment) {
  const std::lock_guard lock(mutex_);
  std::erase(segments_, segment);
}

Journal::Journal(Options options, Health& health, SegmentQueue& queue)
    : options_(std::move(options)), health_(health), queue_(queue) {
  assert(options_.segment_bytes >= Segment::head_bytes + 2 * record_bytes_max);
}

Journal::~Journal() {
  if (current_) current_->close();
  for (const auto& segment : spare_) segment->close();
}

// Room for one more begun record, and for settling it and all that is under way.
bool Journal::has_room() const noexcept {
  const auto records_in = [](std::size_t bytes) { return bytes / record_bytes_max; };
  const std::size_t needed = under_way_ + 2;
  std::size_t room = current_ ? records_in(current_->room()) : 0;
  if (room >= needed) return true;
  room += spare_.size() * records_in(options_.segment_bytes - Segment::head_bytes);
  return room >= needed;
}

Result<> Journal::make_room() {
  const auto now = std::chrono::steady_clock::now();
  if (no_room_ && now < look_again_at_) return std::unexpected(*no_room_);
  while (!has_room()) {
    if (auto added = add_spare(); !added) {
      Error& error = added.error();
      if (!no_room_) {
        log::error("{} ({}); what costs money is refused", error.message, error.context);
      }
      error.message += "; nothing that costs money is served until there is room";
      no_room_ = error;
      look_again_at_ = now + options_.retry_after;
      return std::unexpected(std::move(error));
    }
  }
  if (std::exchange(no_room_, std::nullopt)) log::info("the journal has room again");
  return {};
}

// Queued at once, so that settle() needs no memory.
Result<> Journal::add_spare() try {
  auto created =
      Segment::create(options_.directory,
                      {.run = options_.run, .thread = options_.thread, .number = next_number_++},
                      options_.segment_bytes, *options_.files);
  if (!created) return std::unexpected(std::move(created.error()));
  spare_.push_back(*created);
  try {
    queue_.push(*created);
  } catch (const std::bad_alloc&) {
    spare_.pop_back();
    (*created)->remove();
    throw;
  }
  return {};
} catch (const std::bad_alloc&) {
  auto error = internal_error("the journal finds no memory");
  error.error().code = Errc::overloaded;
  return error;
}

Result<> Journal::begin(const AttemptRecord& record) {
  if (auto healthy = health_.check(); !healthy) return healthy;
  if (!has_room()) {
    if (auto made = make_room(); !made) return made;
  }
  ++under_way_;
  append(Kind::begun, record);
  return {};
}

void Journal::settle(const AttemptRecord& record) noexcept {
  assert(under_way_ > 0);
  --under_way_;
  append(Kind::settled, record);
}

void Journal::append(Kind kind, const AttemptRecord& record) noexcept {
  if (!current_ || current_->room() < record_bytes_max) {
    // begin() has seen to it that there is one.
    assert(!spare_.empty());
    if (current_) current_->close();
    current_ = std::move(spare_.front());
    spare_.pop_front();
  }
  const std::size_t room = current_->room();
  current_->append(kind, record);
  health_.grown(room - current_->room());
}

}  // namespace tollway::ledger
