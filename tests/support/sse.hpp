// Event streams taken apart, to be compared: an oracle of its own, not the product's decoder.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::test {

// A comment, or an event that has data.
struct StreamItem {
  enum class Kind { event, comment } kind = Kind::event;
  std::string type;  // the "event" field
  std::string text;  // the data, lines joined by LF; of a comment, what follows the colon
  std::string id;

  bool operator==(const StreamItem&) const = default;
  [[nodiscard]] bool is_comment() const noexcept { return kind == Kind::comment; }
};

struct Stream {
  std::vector<StreamItem> items;  // in order
  std::string unfinished;         // what follows the last blank line: a broken stream's rest

  [[nodiscard]] std::vector<StreamItem> events() const;
  [[nodiscard]] std::vector<std::string> data() const;  // of the events
  [[nodiscard]] std::vector<std::string> comments() const;
};

// As the WHATWG specification reads a stream: a byte order mark at the start is skipped, lines end
// at LF, CR or CRLF, events at a blank line.
[[nodiscard]] Stream split_stream(std::string_view bytes);

// For GoogleTest's messages.
void PrintTo(const StreamItem& item, std::ostream* out);

}  // namespace tollway::test
