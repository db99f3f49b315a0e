// From the journals' segments into the database.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ledger/journal.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {

// Belongs to the ledger's thread.
class Mover {
 public:
  Mover(Store& store, Health& health, FileOperations& files)
      : store_(store), health_(health), files_(files) {}

  // Moves all that the queues hold, unless the database takes nothing: then it stays and is tried
  // again by the next call. True where nothing was left.
  bool move(const std::vector<SegmentQueue*>& queues);
  // Puts on the disk what the journals' files hold. A failure stops the ledger for good.
  void sync(const std::vector<SegmentQueue*>& queues);

 private:
  struct Reading {  // of one segment
    std::shared_ptr<Segment> segment;
    SegmentQueue* queue = nullptr;
    std::size_t read = Segment::head_bytes;
    std::size_t synced = Segment::head_bytes;
    bool closed = false;  // read to its end
  };
  using Id = std::pair<RequestId, std::uint8_t>;
  struct Open {
    AttemptRecord record;
    const Segment* segment = nullptr;
  };

  [[nodiscard]] Reading& reading(const std::shared_ptr<Segment>& segment, SegmentQueue* queue);
  void collect(const std::vector<SegmentQueue*>& queues);
  void read(Reading& reading);
  [[nodiscard]] bool store();
  void forget();

  Store& store_;
  Health& health_;
  FileOperations& files_;
  std::map<const Segment*, Reading> readings_;
  std::map<Id, Open> open_;             // begun, not settled
  std::vector<AttemptRecord> settled_;  // read, not stored yet
  std::vector<AttemptRecord> leaving_;  // open, in segments that are about to be removed
  std::size_t bytes_ = 0;               // of what was read and is not stored
  bool in_trouble_ = false;
};

}  // namespace tollway::ledger
