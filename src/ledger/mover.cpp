#include "ledger/mover.hpp"

#include <cstring>

#include "base/log.hpp"

namespace tollway::ledger {

Mover::Reading& Mover::reading(const std::shared_ptr<Segment>& segment, SegmentQueue* queue) {
  auto& found = readings_[segment.get()];
  if (!found.segment) {
    found.segment = segment;
    found.queue = queue;
  }
  return found;
}

void Mover::read(Reading& reading) {
  // In this order: what is closed does not grow.
  const bool closed = reading.segment->closed();
  const auto committed = reading.segment->committed();
  while (reading.read < committed.size()) {
    if (settled_.size() >= limits::ledger_batch_records_max) return;
    const auto record = read_record(committed.substr(reading.read));
    if (!record) {
      health_.stop("a record of the journal has changed in memory or on the disk");
      log::error("{} is broken at byte {}", reading.segment->path(), reading.read);
      return;
    }
    const Id id{record->record.request, record->record.attempt};
    if (record->kind == Kind::begun) {
      open_[id] = {record->record, reading.segment.get()};
    } else {
      settled_.push_back(record->record);
      open_.erase(id);
    }
    // Last: what found no memory is read again.
    reading.read += record->size;
    bytes_ += record->size;
  }
  reading.closed = closed;
}

void Mover::collect(const std::vector<SegmentQueue*>& queues) {
  for (auto* queue : queues) {
    for (const auto& segment : queue->all()) read(reading(segment, queue));
  }
  leaving_.clear();
  for (const auto& [id, open] : open_) {
    if (readings_.at(open.segment).closed) leaving_.push_back(open.record);
  }
}

bool Mover::store() {
  if (settled_.empty() && leaving_.empty()) return true;
  const auto appended = store_.append({.settled = settled_, .open = leaving_});
  if (appended) {
    if (std::exchange(in_trouble_, false)) {
      health_.set_trouble({});
      log::info("the ledger's database takes records again");
    }
    return true;
  }
  const Error& error = appended.error();
  if (error.retry == Retry::never) {
    health_.stop(error.message);
    log::error("the ledger has stopped: {}", error.message);
  } else {
    health_.set_trouble(error.message);
    if (!std::exchange(in_trouble_, true)) {
      log::warning("the ledger's database takes no records: {}; they wait in the journal",
                   error.message);
    }
  }
  return false;
}

// What is in the database is needed no longer.
void Mover::forget() {
  health_.stored(std::exchange(bytes_, 0));
  settled_.clear();
  for (const auto& record : leaving_) open_.erase({record.request, record.attempt});
  leaving_.clear();
  std::erase_if(readings_, [](const auto& entry) {
    const Reading& reading = entry.second;
    if (!reading.closed) return false;
    reading.segment->remove();
    reading.queue->remove(reading.segment);
    return true;
  });
}

bool Mover::move(const std::vector<SegmentQueue*>& queues) {
  for (;;) {
    if (health_.stopped()) return false;
    // What the database did not take the last time goes first; more may have come meanwhile.
    const bool held_over = !settled_.empty();
    if (!held_over) collect(queues);
    const bool full = settled_.size() >= limits::ledger_batch_records_max;
    if (!store()) return false;
    forget();
    if (!held_over && !full) return true;
  }
}

void Mover::sync(const std::vector<SegmentQueue*>& queues) {
  for (auto* queue : queues) {
    for (const auto& segment : queue->all()) {
      Reading& state = reading(segment, queue);
      const std::size_t size = segment->committed().size();
      if (size == state.synced || health_.stopped()) continue;
      if (const int failure = files_.sync(segment->file()); failure != 0) {
        health_.stop(std::string("the journal did not reach the disk: ") + std::strerror(failure));
        log::error("{}: fsync: {}; the ledger has stopped, restart Tollway once the disk is well",
                   segment->path(), std::strerror(failure));
        return;
      }
      state.synced = size;
    }
  }
}

}  // namespace tollway::ledger
