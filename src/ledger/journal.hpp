// Where a loop writes down what it spends (docs/decisions/0010).
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "ledger/health.hpp"
#include "ledger/segment.hpp"

namespace tollway::ledger {

// The segments of one journal, on their way to the ledger's thread. Thread-safe.
class SegmentQueue {
 public:
  void push(std::shared_ptr<Segment> segment);
  // All that have not been removed, oldest first. Those that are not closed may still grow.
  [[nodiscard]] std::vector<std::shared_ptr<Segment>> all() const;
  void remove(const std::shared_ptr<Segment>& segment);

 private:
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<Segment>> segments_;
};

// Records of one loop. What is written outlives kill -9 at once. Belongs to the loop's thread.
class Journal {
 public:
  struct Options {
    std::string directory;
    std::uint64_t run = 0;
    std::uint32_t thread = 0;
    std::size_t segment_bytes = limits::journal_segment_bytes;
    // After no room was found, how long until it is looked for again.
    std::chrono::milliseconds retry_after{100};
    FileOperations* files = &FileOperations::system();
  };
  Journal(Options options, Health& health, SegmentQueue& queue);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Before an attempt's first byte goes out. Each success needs one settle(), for which room is
  // kept. Errc::overloaded, and nothing written, where there is no room or the ledger has stopped:
  // the attempt must not be made. So too where it throws, for want of memory.
  [[nodiscard]] Result<> begin(const AttemptRecord& record);
  void settle(const AttemptRecord& record) noexcept;

  // Attempts that have begun and are not settled.
  [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }

 private:
  [[nodiscard]] bool has_room() const noexcept;
  [[nodiscard]] Result<> make_room();
  [[nodiscard]] Result<> add_spare();
  void append(Kind kind, const AttemptRecord& record) noexcept;

  const Options options_;
  Health& health_;
  SegmentQueue& queue_;
  std::uint32_t next_number_ = 0;
  std::size_t under_way_ = 0;
  std::shared_ptr<Segment> current_;
  std::deque<std::shared_ptr<Segment>> spare_;
  std::optional<Error> no_room_;
  std::chrono::steady_clock::time_point look_again_at_;
};

}  // namespace tollway::ledger
