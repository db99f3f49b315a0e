// A sign of life for what takes longer than a second.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "terminal/console.hpp"

namespace tollway::terminal {

// While it lives, and once a second has passed, standard error shows what is waited for and for how
// long; on a terminal only. Its line is gone when stop() or the destructor returns.
class Progress {
 public:
  Progress(const Console& console, std::string waiting_for);
  ~Progress() { stop(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void stop();

 private:
  void run();

  const Stream& stream_;
  std::string waiting_for_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // none where nothing is shown
};

}  // namespace tollway::terminal
