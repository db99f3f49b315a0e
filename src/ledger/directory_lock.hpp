// One process at a time works in a directory.
#pragma once

#include <chrono>
#include <string>

#include "tollway/error.hpp"

namespace tollway::ledger {

// Held until it ends, or the process does. Moves, does not copy.
class DirectoryLock {
 public:
  // Waits for who has it, for `patience` at most. An error says that somebody still has it, or why
  // there can be none.
  [[nodiscard]] static Result<DirectoryLock> take(const std::string& directory,
                                                  std::chrono::milliseconds patience);

  DirectoryLock() = default;  // of nothing
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;

 private:
  explicit DirectoryLock(int file) noexcept : file_(file) {}
  int file_ = -1;
};

}  // namespace tollway::ledger
