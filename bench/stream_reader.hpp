// Follows one streamed answer through its bytes: head, chunked framing, events, end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace tollway::bench {

// Knows just enough HTTP and SSE to tell a whole stream from a broken one and to count its events,
// at a fraction of a proxy's cost. Feed it until done() or failed().
class StreamReader {
 public:
  // Returns the events ("data:" lines) that `bytes` brought.
  std::uint64_t feed(std::string_view bytes) {
    const auto before = events_;
    while (!bytes.empty() && state_ != State::done && state_ != State::failed) step(bytes);
    return events_ - before;
  }

  [[nodiscard]] bool done() const noexcept { return state_ == State::done; }
  [[nodiscard]] bool failed() const noexcept { return state_ == State::failed; }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  // The payload's last event was the dialect's terminator.
  [[nodiscard]] bool terminated() const noexcept { return tail_ == terminator; }

  void reset() { *this = StreamReader(); }

 private:
  enum class State { head, size, data, data_end, trailer, done, failed };
  static constexpr std::string_view terminator = "data: [DONE]\n\n";
  static constexpr std::string_view field = "data:";

  void step(std::string_view& bytes) {
    switch (state_) {
      case State::head:
        return read_head(bytes);
      case State::data:
        return read_data(bytes);
      case State::size:
      case State::data_end:
      case State::trailer:
        return read_line(bytes);
      case State::done:
      case State::failed:
        return;
    }
  }

  void read_head(std::string_view& bytes) {
    const auto seen = line_.size();
    line_ += bytes;
    const auto end = line_.find("\r\n\r\n", seen < 3 ? 0 : seen - 3);
    if (end == std::string::npos) return bytes.remove_prefix(bytes.size());
    bytes.remove_prefix(end + 4 - seen);
    line_.resize(end + 2);
    std::ranges::transform(line_, line_.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (!line_.starts_with("http/1.1 200 ")) return fail("status: " + line_);
    if (line_.find("transfer-encoding: chunked\r\n") == std::string::npos) {
      return fail("not chunked: " + line_);
    }
    line_.clear();
    state_ = State::size;
  }

  void read_line(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (end == std::string_view::npos) return bytes.remove_prefix(bytes.size());
    bytes.remove_prefix(end + 1);
    if (state_ == State::trailer) {
      if (line_ == "\r") state_ = State::done;
    } else if (state_ == State::data_end) {
      if (line_ != "\r") return fail("no line end after a chunk: " + line_);
      state_ = State::size;
    } else {
      left_ = std::strtoull(line_.c_str(), nullptr, 16);
      if (left_ == 0 && line_ != "0\r") return fail("not a chunk size: " + line_);
      state_ = left_ == 0 ? State::trailer : State::data;
    }
    line_.clear();
  }

  void read_data(std::string_view& bytes) {
    const auto payload = bytes.substr(0, left_);
    count_events(payload);
    tail_ += payload.substr(payload.size() - std::min(payload.size(), terminator.size()));
    if (tail_.size() > terminator.size()) tail_.erase(0, tail_.size() - terminator.size());
    left_ -= payload.size();
    bytes.remove_prefix(payload.size());
    if (left_ == 0) state_ = State::data_end;
  }

  // Lines may be cut anywhere; matched_ is how much of the field's name this line has shown.
  void count_events(std::string_view payload) {
    while (!payload.empty()) {
      while (matched_ < field.size() && !payload.empty() && payload.front() == field[matched_]) {
        payload.remove_prefix(1);
        if (++matched_ == field.size()) ++events_;
      }
      const auto end = payload.find('\n');
      if (end == std::string_view::npos) {
        if (!payload.empty()) matched_ = field.size();
        return;
      }
      payload.remove_prefix(end + 1);
      matched_ = 0;
    }
  }

  void fail(std::string what) {
    failure_ = std::move(what);
    state_ = State::failed;
  }

  State state_ = State::head;
  std::string line_;
  std::string tail_;
  std::string failure_;
  std::uint64_t left_ = 0;  // bytes of this chunk
  std::uint64_t events_ = 0;
  std::size_t matched_ = 0;
};

}  // namespace tollway::bench
