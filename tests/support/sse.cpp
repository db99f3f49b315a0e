#include "support/sse.hpp"

#include <optional>

namespace tollway::test {
namespace {

// The next line without its end, or nullopt where no end has come.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find_first_of("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + (rest.substr(end, 2) == "\r\n" ? 2 : 1));
  return line;
}

class Splitter {
 public:
  explicit Splitter(std::string_view bytes) : rest_(bytes) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  Stream run() {
    std::string_view since_blank = rest_;
    while (const auto line = take_line(rest_)) {
      if (line->empty()) {
        dispatch();
        since_blank = rest_;
      } else {
        field(*line);
      }
    }
    stream_.unfinished = since_blank;
    return stream_;
  }

 private:
  void dispatch() {
    if (has_data_) {
      event_.text.pop_back();  // the last line's LF
      event_.id = id_;
      stream_.items.push_back(event_);
    }
    event_ = {};
    has_data_ = false;
  }

  void field(std::string_view line) {
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = line.substr(0, colon);
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (colon == 0) {
      stream_.items.push_back({StreamItem::Kind::comment, {}, std::string(value), {}});
      return;
    }
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "data") {
      event_.text.append(value) += '\n';
      has_data_ = true;
    } else if (name == "event") {
      event_.type = value;
    } else if (name == "id") {
      id_ = value;
    }
  }

  std::string_view rest_;
  Stream stream_;
  StreamItem event_;
  std::string id_;
  bool has_data_ = false;
};

}  // namespace

std::vector<StreamItem> Stream::events() const {
  std::vector<StreamItem> found;
  for (const auto& item : items) {
    if (!item.is_comment()) found.push_back(item);
  }
  return found;
}

std::vector<std::string> Stream::data() const {
  std::vector<std::string> found;
  for (const auto& item : items) {
    if (!item.is_comment()) found.push_back(item.text);
  }
  return found;
}

std::vector<std::string> Stream::comments() const {
  std::vector<std::string> found;
  for (const auto& item : items) {
    if (item.is_comment()) found.push_back(item.text);
  }
  return found;
}

Stream split_stream(std::string_view bytes) {
  return Splitter(bytes).run();
}

void PrintTo(const StreamItem& item, std::ostream* out) {
  *out << (item.is_comment() ? ":" : item.type + "|") << item.text;
}

}  // namespace tollway::test
