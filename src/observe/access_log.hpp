// Access records into a file, off the request's path.
#pragma once

#include <string>

#include "base/error.hpp"
#include "net/deadlines.hpp"
#include "observe/access_record.hpp"

namespace tollway::observe {

// Appends to a file that several loops share: each has its own log object and buffer, and writes
// whole lines in one call (O_APPEND). What is buffered goes out within 100 ms, so a crash loses
// that much at most. Belongs to one loop's thread.
class AccessLog {
 public:
  // Opens or creates the file, readable by its owner alone.
  AccessLog(net::DeadlineWheel& deadlines, std::string path);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  [[nodiscard]] Result<> open();
  void append(const AccessRecord& record);
  // Writes what is buffered.
  void flush();
  // Closes and opens again, for log rotation.
  void reopen();

 private:
  net::Deadline flush_deadline_;
  std::string path_;
  std::string buffer_;
  int file_ = -1;
};

}  // namespace tollway::observe
