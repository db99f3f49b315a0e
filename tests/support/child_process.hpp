// A program started by a test, ended by it at the latest.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/waiting.hpp"

namespace tollway::test {

struct Command {
  std::vector<std::string> words;  // the program (looked for in PATH) and its arguments
  // The whole environment, PATH and the sanitizers' options aside: nothing else is inherited.
  std::map<std::string, std::string> environment = {};
  std::filesystem::path stdout_file = {};  // empty: thrown away
  std::filesystem::path stderr_file = {};
  std::optional<rlim_t> open_files_max = {};  // RLIMIT_NOFILE
};

// Killed when it still runs at the end, and when the test's thread dies before it.
class ChildProcess {
 public:
  explicit ChildProcess(const Command& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const noexcept;
  // The exit code, or 128 + the signal that ended it; nullopt while it runs after the time.
  [[nodiscard]] std::optional<int> wait_for_exit(Millis timeout = patience);
  [[nodiscard]] bool running() { return !wait_for_exit(0ms).has_value(); }

  // From /proc, in KiB: resident now, and at its highest so far (VmRSS, VmHWM).
  [[nodiscard]] long resident_kb() const;
  [[nodiscard]] long resident_peak_kb() const;
  // User and system time used so far.
  [[nodiscard]] Millis cpu_time() const;

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// Where a program lies in PATH; empty where it does not.
[[nodiscard]] std::string find_program(const std::string& name);

}  // namespace tollway::test
