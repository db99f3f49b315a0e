// What was typed in conversations, for the arrow keys of later ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tollway/error.hpp"

namespace tollway::chat {

// A file of one entry a line that only its owner may read. Conversations that run side by side
// append to it, each its own lines.
class History {
 public:
  static constexpr std::size_t entries_max = 1000;

  explicit History(std::string file) : file_(std::move(file)) {}

  // The latest entries, the oldest first; none where there is no file yet. A file that has grown
  // beyond twice as many is shortened.
  [[nodiscard]] Result<std::vector<std::string>> load();
  [[nodiscard]] Result<> append(std::string_view entry);

 private:
  std::string file_;
};

}  // namespace tollway::chat
