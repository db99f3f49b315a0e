// A program in a terminal of its own, with somebody who types and reads.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/waiting.hpp"

namespace tollway::test {

struct PtyOptions {
  std::vector<std::string> words;  // the program and its arguments
  // The whole environment, PATH and the sanitizers' options aside.
  std::map<std::string, std::string> environment = {};
  unsigned short columns = 80;
  unsigned short rows = 24;
};

// Standard input, output and error are one pseudo-terminal, the program's controlling one, so that
// "\x03" typed is a Ctrl-C. Killed at the end if it still runs. Belongs to one thread.
class Pty {
 public:
  explicit Pty(const PtyOptions& options);
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  void type(std::string_view keys);
  // Waits until `text` has been printed behind what earlier calls waited for; false when the time
  // ran out or the program ended before.
  [[nodiscard]] bool wait_for(std::string_view text, Millis timeout = patience);
  // Reads to the end of the output; the exit code, or 128 + the signal that ended it.
  [[nodiscard]] std::optional<int> wait_for_exit(Millis timeout = patience);

  // All that was printed so far, bytes as they came ("\r\n" for a line's end).
  [[nodiscard]] const std::string& output() const noexcept { return output_; }
  // The lines as the terminal shows them in the end: carriage returns and the erasing of lines are
  // obeyed, colors left out.
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  // False at the end of the output or of the time.
  bool read_some(Clock::time_point deadline);

  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string output_;
  std::size_t seen_ = 0;  // of the output, by wait_for()
  std::optional<int> exit_code_;
};

}  // namespace tollway::test
