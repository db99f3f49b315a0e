#include "support/http_message.hpp"

#include <gtest/gtest.h>
#include <strings.h>

#include <algorithm>
#include <charconv>

namespace tollway::test {
namespace {

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() && ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::uint64_t number(std::string_view text, int base) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

int status_of(std::string_view start_line) {
  const auto space = start_line.find(' ');
  if (!start_line.starts_with("HTTP/") || space == std::string_view::npos) return 0;
  return static_cast<int>(number(start_line.substr(space + 1, 3), 10));
}

}  // namespace

std::optional<std::string> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : lines_) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [name](const auto& line) { return same_name(line.first, name); }));
}

json::value Message::body_json() const {
  return parse_json(body);
}

json::value parse_json(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) {
    ADD_FAILURE() << "not JSON (" << error.message() << "): " << text.substr(0, 400);
    return nullptr;
  }
  return value;
}

json::value at(const json::value& document, std::string_view pointer) {
  boost::system::error_code error;
  const auto* found =
      document.find_pointer(json::string_view(pointer.data(), pointer.size()), error);
  return found != nullptr ? *found : json::value(nullptr);
}

std::string text_at(const json::value& document, std::string_view pointer) {
  const auto found = at(document, pointer);
  if (!found.is_string()) return {};
  return {found.as_string().data(), found.as_string().size()};
}

bool MessageReader::fill(Clock::time_point deadline) {
  last_wait_ = wire_.receive(unread_, time_left(deadline));
  return last_wait_ == Got::bytes;
}

std::optional<std::string> MessageReader::take_line() {
  const auto end = unread_.find("\r\n");
  if (end == std::string::npos) return std::nullopt;
  auto line = unread_.substr(0, end);
  unread_.erase(0, end + 2);
  return line;
}

bool MessageReader::read_head(Message& message, bool is_answer, Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  auto end = unread_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill(deadline)) return false;
    end = unread_.find("\r\n\r\n");
  }
  message.raw_head = unread_.substr(0, end + 4);
  unread_.erase(0, end + 4);
  std::string_view rest = message.raw_head;
  const auto next_line = [&rest] {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    return line;
  };
  message.start_line = next_line();
  for (auto line = next_line(); !line.empty(); line = next_line()) {
    const auto colon = std::min(line.find(':'), line.size() - 1);
    message.headers.add(std::string(line.substr(0, colon)),
                        std::string(trimmed(line.substr(colon + 1))));
  }
  decide_framing(message, is_answer);
  return true;
}

void MessageReader::decide_framing(const Message& message, bool is_answer) {
  const int status = is_answer ? status_of(message.start_line) : 0;
  const auto length = message.headers.find("content-length");
  chunk_part_ = ChunkPart::size;
  if (is_answer && (status / 100 == 1 || status == 204 || status == 304)) {
    framing_ = Framing::none;
  } else if (message.headers.has("transfer-encoding")) {
    framing_ = Framing::chunked;
  } else if (length) {
    framing_ = Framing::length;
    remaining_ = number(*length, 10);
  } else {
    framing_ = is_answer ? Framing::until_close : Framing::none;
  }
}

bool MessageReader::read_some(Message& message, Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  if (message.complete) return false;
  switch (framing_) {
    case Framing::none:
      message.complete = true;
      return false;
    case Framing::length:
      return step_length(message, deadline);
    case Framing::chunked:
      return step_chunked(message, deadline);
    case Framing::until_close:
      break;
  }
  const bool more = fill(deadline);
  message.body += unread_;
  unread_.clear();
  message.complete = last_wait_ == Got::end;
  return more;
}

bool MessageReader::step_length(Message& message, Clock::time_point deadline) {
  if (remaining_ > 0 && unread_.empty() && !fill(deadline)) return false;
  const auto taken = std::min<std::uint64_t>(remaining_, unread_.size());
  message.body.append(unread_, 0, taken);
  unread_.erase(0, taken);
  remaining_ -= taken;
  message.complete = remaining_ == 0;
  return !message.complete;
}

// Uses up what has come; reads on only when that does not get any further.
bool MessageReader::step_chunked(Message& message, Clock::time_point deadline) {
  for (bool progress = false;;) {
    if (chunk_part_ == ChunkPart::data) {
      const auto taken = std::min<std::uint64_t>(remaining_, unread_.size());
      message.body.append(unread_, 0, taken);
      unread_.erase(0, taken);
      remaining_ -= taken;
      progress = progress || taken > 0;
      if (remaining_ == 0) chunk_part_ = ChunkPart::data_end;
    }
    const auto line = chunk_part_ == ChunkPart::data ? std::nullopt : take_line();
    if (!line) {
      if (progress) return true;
      if (!fill(deadline)) return false;
    } else if (chunk_part_ == ChunkPart::size) {
      remaining_ = number(*line, 16);
      chunk_part_ = remaining_ == 0 ? ChunkPart::trailers : ChunkPart::data;
    } else if (chunk_part_ == ChunkPart::data_end) {
      chunk_part_ = ChunkPart::size;
    } else if (line->empty()) {
      message.complete = true;
      return false;
    }
  }
}

void MessageReader::read_body(Message& message, Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  while (read_some(message, time_left(deadline))) {
  }
}

}  // namespace tollway::test
