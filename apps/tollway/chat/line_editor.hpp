// Lines typed at a terminal, with editing keys and history (libedit).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chat/interrupts.hpp"

namespace tollway::chat {

class LineEditor {
 public:
  // `interrupts` must outlast the editor.
  LineEditor(Interrupts& interrupts, const std::vector<std::string>& history);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  enum class Outcome { line, interrupted, end };
  // Asks on standard output and waits. `line` is UTF-8 without its line feed; at Ctrl-C and at the
  // end of the input it is what had been typed until then.
  [[nodiscard]] Outcome read(std::string_view prompt, std::string& line);
  // For the arrow keys.
  void remember(const std::string& entry);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway::chat
