#include "terminal/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "terminal/safe_text.hpp"

namespace tollway::terminal {
namespace {

constexpr auto silence = std::chrono::seconds(1);
constexpr auto frame_time = std::chrono::milliseconds(200);

void put(const Stream& stream, std::string_view bytes) {
  // Decoration: where it cannot be written, it is not missed.
  [[maybe_unused]] const auto written = ::write(stream.descriptor, bytes.data(), bytes.size());
}

}  // namespace

Progress::Progress(const Console& console, std::string waiting_for)
    : stream_(console.err()), waiting_for_(safe_line(waiting_for)) {
  if (!stream_.is_terminal) return;
  thread_ = std::thread([this] { run(); });
}

void Progress::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Progress::run() {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  const auto stopping = [this] { return stopping_; };
  if (changed_.wait_for(lock, silence, stopping)) return;
  constexpr std::string_view frames = "|/-\\";
  for (std::size_t frame = 0;; ++frame) {
    const auto waited =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
    const auto line =
        fmt::format("{} {} ({} s)", frames[frame % frames.size()], waiting_for_, waited.count());
    // One column stays free: a full last column makes some terminals wrap.
    put(stream_, "\r" + fitted(line, std::max(1, stream_.columns() - 1)) + "\x1b[K");
    if (changed_.wait_for(lock, frame_time, stopping)) break;
  }
  put(stream_, "\r\x1b[K");
}

}  // namespace tollway::terminal
