// The hook by which a gateway's exchanges with its upstreams become recordings.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "recording/exchange.hpp"

namespace tollway::recording {

class Recorder;

// One attempt at an upstream, fed as it goes on. Default-constructed it records nothing, at the
// price of a branch a call. The file is written after end(); one that is destroyed before is kept
// as cut, or not at all when no answer had come. Belongs to one thread at a time, moves.
class Recording {
 public:
  using Clock = std::chrono::steady_clock;

  Recording() = default;
  Recording(Recording&& other) noexcept = default;
  Recording& operator=(Recording&& other) noexcept;
  ~Recording() { finish(true); }

  [[nodiscard]] explicit operator bool() const noexcept { return kept_ != nullptr; }

  // The answer's head: its status, then its headers, all of them; what is kept is decided later.
  void head(int status, Clock::time_point now = Clock::now());
  void header(std::string_view name, std::string_view value);
  // What one read brought of the answer's content, without framing and content coding.
  void bytes(std::string_view data, Clock::time_point now = Clock::now());
  // The answer is complete.
  void end() { finish(false); }

 private:
  friend class Recorder;
  struct Kept {
    Exchange exchange;
    std::size_t size = 0;
    Clock::time_point head_at;
    std::chrono::milliseconds last{};  // from the head to the latest chunk
  };
  Recording(Recorder& recorder, std::unique_ptr<Kept> kept) noexcept
      : recorder_(&recorder), kept_(std::move(kept)) {}
  void finish(bool cut);

  Recorder* recorder_ = nullptr;
  std::unique_ptr<Kept> kept_;
};

// Writes recordings into a directory, on a thread of its own: callers copy bytes and nothing more.
// What exceeds limits::recording_bytes_max, or comes while limits::recordings_waiting_bytes_max
// wait for the disk, is dropped with a line in the log. Thread-safe; outlives its recordings.
class Recorder {
 public:
  // Makes the directory where it is missing. An error says why it cannot be written.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(std::filesystem::path directory);
  ~Recorder();  // writes what waits
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  struct Begun {
    std::string_view id;  // names the file together with the time
    std::string_view method;
    std::string_view path;  // as sent to the upstream, with its query
    std::string_view body;
  };
  [[nodiscard]] Recording begin(const Begun& begun);

 private:
  friend class Recording;
  explicit Recorder(std::filesystem::path directory);
  void take(Exchange exchange, std::size_t size);
  void write_all();

  struct Waiting {
    Exchange exchange;
    std::size_t size = 0;
  };
  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace tollway::recording
