// Keeps a number of streams open through a proxy, reads each to its end and checks that it is
// whole. Opening is spread over a ramp, so that chunks of different streams come spread over time;
// then follows a window of fixed length, whose begin and end are told on standard output so that
// the proxy's CPU time can be read at these moments; then the streams under way run out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "stream_reader.hpp"
#include "tcp.hpp"

namespace tollway::bench {
namespace {

using namespace std::chrono_literals;

struct Options {
  std::uint16_t port = 0;
  std::string path = "/api/v1/chat/completions";
  std::string body_file;
  std::vector<std::string> headers;
  int streams = 1000;
  int ramp_ms = 1000;
  double seconds = 2;
  int drain_seconds = 30;
  std::uint64_t events = 0;
};

struct Stream {
  Fd socket;
  StreamReader reader;
  Clock::time_point asked;
  bool active = false;
  bool waiting = false;  // for its first event
};

class Load {
 public:
  explicit Load(const Options& options) : options_(options), request_(request(options)) {
    streams_.resize(static_cast<std::size_t>(options.streams));
  }

  void run() {
    const auto start = Clock::now();
    const auto ramp = options_.ramp_ms * 1ms;
    for (std::size_t opened = 0; opened < streams_.size();) {
      const auto share = static_cast<int>(opened) * ramp / options_.streams;
      if (Clock::now() >= start + share) {
        open(opened++);
      } else {
        turn(start + share);
      }
    }
    announce("begin");
    const auto begin = Clock::now();
    const auto events_before = events_;
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(options_.seconds));
    while (Clock::now() < end) turn(end);
    announce("end");
    window_seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
    window_events_ = events_ - events_before;
    asking_ = false;
    const auto deadline = Clock::now() + options_.drain_seconds * 1s;
    while (active_ > 0 && Clock::now() < deadline) turn(deadline);
  }

  // One line of JSON, then the first failure, if any, on standard error.
  [[nodiscard]] bool report() {
    std::ranges::sort(first_event_us_);
    const auto percentile = [this](std::size_t percent) {
      const auto count = first_event_us_.size();
      return count == 0 ? 0.0 : first_event_us_[std::min(count - 1, count * percent / 100)];
    };
    fmt::print(
        R"({{"streams":{},"events":{},"seconds":{:.3f},"events_per_second":{:.0f},"complete":{},)"
        R"("broken":{},"unfinished":{},"first_event_us":{{"p50":{:.0f},"p90":{:.0f},"p99":{:.0f}}}}})"
        "\n",
        options_.streams, window_events_, window_seconds_,
        static_cast<double>(window_events_) / window_seconds_, complete_, broken_, active_,
        percentile(50), percentile(90), percentile(99));
    if (!failure_.empty()) fmt::print(stderr, "first failure: {}\n", failure_);
    return broken_ == 0 && active_ == 0;
  }

 private:
  static std::string request(const Options& options) {
    std::ifstream file(options.body_file, std::ios::binary);
    const std::string body(std::istreambuf_iterator<char>(file), {});
    std::string lines;
    for (const auto& header : options.headers) lines += header + "\r\n";
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n{}\r\n{}",
        options.path, options.port, body.size(), lines, body);
  }

  static void announce(const char* what) {
    fmt::print("{}\n", what);
    std::fflush(stdout);
  }

  void open(std::size_t index) {
    auto& stream = streams_[index];
    stream.socket = connect_to_loopback(options_.port);
    epoll_.add(stream.socket.get(), EPOLLIN, index);
    ask(stream);
  }

  void ask(Stream& stream) {
    stream.reader.reset();
    stream.asked = Clock::now();
    stream.active = stream.waiting = true;
    ++active_;
    const auto sent = ::send(stream.socket.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size())) drop(stream, "the request was not taken");
  }

  void turn(Clock::time_point until) {
    for (const auto& event : epoll_.wait(until)) read(streams_[event.data.u64]);
  }

  void read(Stream& stream) {
    const auto count = ::recv(stream.socket.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return drop(stream, "the connection was closed");
    const auto events =
        stream.reader.feed(std::string_view(scratch_.data(), static_cast<std::size_t>(count)));
    events_ += events;
    if (events > 0 && std::exchange(stream.waiting, false)) {
      first_event_us_.push_back(
          std::chrono::duration<double, std::micro>(Clock::now() - stream.asked).count());
    }
    if (stream.reader.failed()) return drop(stream, stream.reader.failure());
    if (stream.reader.done()) end(stream);
  }

  void end(Stream& stream) {
    const bool whole = stream.reader.terminated() &&
                       (options_.events == 0 || stream.reader.events() == options_.events);
    if (!whole) {
      return drop(stream, fmt::format("{} events, {} [DONE]", stream.reader.events(),
                                      stream.reader.terminated() ? "with" : "without"));
    }
    ++complete_;
    --active_;
    stream.active = false;
    if (asking_) ask(stream);
  }

  void drop(Stream& stream, std::string why) {
    if (stream.active) {
      --active_;
      ++broken_;
      if (failure_.empty()) failure_ = std::move(why);
    }
    stream.active = false;
    stream.socket = Fd();
  }

  Options options_;
  std::string request_;
  Epoll epoll_;
  std::vector<Stream> streams_;
  std::vector<double> first_event_us_;
  std::array<char, 64 * 1024> scratch_{};
  std::string failure_;
  double window_seconds_ = 0;
  std::uint64_t window_events_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t complete_ = 0;
  std::uint64_t broken_ = 0;
  std::uint64_t active_ = 0;
  bool asking_ = true;
};

}  // namespace
}  // namespace tollway::bench

int main(int argc, char** argv) {
  using namespace tollway::bench;
  Options options;
  CLI::App app("Concurrent streams through a proxy on 127.0.0.1.");
  app.add_option("--port", options.port, "The proxy's port")->required();
  app.add_option("--path", options.path, "The request's target");
  app.add_option("--body", options.body_file, "File with the request's body")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--header", options.headers, "A further header line, \"Name: value\"");
  app.add_option("--streams", options.streams, "Streams at once")->check(CLI::PositiveNumber);
  app.add_option("--ramp-ms", options.ramp_ms, "Milliseconds over which they are opened");
  app.add_option("--seconds", options.seconds, "Length of the window");
  app.add_option("--drain-seconds", options.drain_seconds, "Patience with the last streams");
  app.add_option("--events", options.events, "Events of a whole stream; 0: not checked");
  CLI11_PARSE(app, argc, argv);

  Load load(options);
  load.run();
  return load.report() ? 0 : 1;
}
