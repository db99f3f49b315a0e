// One file of the journal.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ledger/file_operations.hpp"
#include "ledger/record_format.hpp"

namespace tollway::ledger {

// Mapped and written by one thread, read by another.
class Segment {
 public:
  struct Name {
    std::uint64_t run = 0;  // of the process: Unix milliseconds of its start
    std::uint32_t thread = 0;
    std::uint32_t number = 0;
  };
  // Errors name the file and what the system said.
  [[nodiscard]] static Result<std::shared_ptr<Segment>> create(const std::string& directory,
                                                               Name name, std::size_t bytes,
                                                               FileOperations& files);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // The writer's. room() is what append() may still take, record_bytes_max at least for each.
  [[nodiscard]] std::size_t room() const noexcept { return capacity_ - written_; }
  void append(Kind kind, const AttemptRecord& record) noexcept {
    written_ += write_record(kind, record, bytes_ + written_);
    committed_.store(written_, std::memory_order_release);
  }
  void close() noexcept { closed_.store(true, std::memory_order_release); }

  // The reader's. Nothing is added once it is closed.
  [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  [[nodiscard]] std::string_view committed() const noexcept {
    return {bytes_, committed_.load(std::memory_order_acquire)};
  }
  [[nodiscard]] int file() const noexcept { return file_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // Takes the file out of the directory; the mapping stays.
  void remove() noexcept;

  static constexpr std::size_t head_bytes = 64;

 private:
  Segment(std::string path, int file, char* bytes, std::size_t capacity);

  std::string path_;
  int file_;
  char* bytes_;
  std::size_t capacity_;
  std::size_t written_ = head_bytes;
  std::atomic<std::size_t> committed_ = head_bytes;
  std::atomic<bool> closed_ = false;
};

// What a file holds that a process left behind.
struct LeftBehind {
  std::string bytes;
  std::vector<ReadRecord> records;  // the whole ones; texts point into `bytes`
  bool torn = false;                // the last record is not whole
  bool damaged = false;             // whole records follow broken ones
};
// Errors: what cannot be read, or is of another version.
[[nodiscard]] Result<LeftBehind> read_left_behind(const std::string& path);

}  // namespace tollway::ledger
