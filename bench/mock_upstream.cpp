// An upstream for benchmarks: HTTP/1.1 over raw epoll, one thread, so cheap that the proxy in front
// of it is what is measured. A POST is answered with a chat completion, or with a stream when its
// body asks for one; a GET with a list of models.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "mock_answers.hpp"
#include "mock_request.hpp"
#include "tcp.hpp"

namespace tollway::bench {
namespace {

using namespace std::chrono_literals;

struct Options {
  std::uint16_t port = 0;
  std::string port_file;
  int delay_ms = 0;
  int chunks = 20;
  int gap_ms = 100;
};

struct Connection {
  Fd socket;
  std::uint32_t generation = 0;  // tells this connection from earlier ones on the same descriptor
  std::string in;
  std::string out;           // what the socket did not take yet
  bool busy = false;         // an answer is under way; the next request waits
  bool streaming = false;    // that answer is a stream
  bool head_sent = false;    // of the stream
  bool wants_write = false;  // EPOLLOUT is asked for
  int chunks_left = 0;
};

class Upstream {
 public:
  explicit Upstream(const Options& options)
      : options_(options), listener_(listen_on_loopback(options.port)) {
    epoll_.add(listener_.get(), EPOLLIN, tag(listener_.get(), 0));
  }

  [[nodiscard]] std::uint16_t port() const { return bound_port(listener_.get()); }

  [[noreturn]] void run() {
    for (;;) {
      const auto until = due_.empty() ? Clock::time_point::max() : due_.top().time;
      for (const auto& event : epoll_.wait(until)) handle(event);
      const auto now = Clock::now();
      while (!due_.empty() && due_.top().time <= now) {
        const Due due = due_.top();
        due_.pop();
        if (auto* connection = find(due.tag)) {
          continue_answer(*connection, due.time);
          answer_requests(due.tag);
        }
      }
    }
  }

 private:
  struct Due {
    Clock::time_point time;
    std::uint64_t tag;
    bool operator<(const Due& other) const { return time > other.time; }
  };

  static std::uint64_t tag(int fd, std::uint32_t generation) {
    return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
  }
  static std::uint64_t tag(const Connection& c) { return tag(c.socket.get(), c.generation); }

  // Null when that connection is gone: a timer or an event of the same turn may outlive it.
  Connection* find(std::uint64_t tag) {
    const auto fd = static_cast<std::uint32_t>(tag);
    if (fd >= connections_.size() || !connections_[fd]) return nullptr;
    auto* connection = connections_[fd].get();
    return connection->generation == tag >> 32 ? connection : nullptr;
  }

  void handle(const epoll_event& event) {
    const auto id = event.data.u64;
    if (id == tag(listener_.get(), 0)) return accept_all();
    if ((event.events & EPOLLOUT) != 0) {
      if (auto* connection = find(id)) flush(*connection);
      if (auto* connection = find(id); connection != nullptr && saturates(*connection)) {
        continue_answer(*connection, Clock::now());
      }
    }
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
      if (auto* connection = find(id)) read(*connection);
    }
    answer_requests(id);
  }

  // True while a stream without gaps is under way and its bytes so far are with the socket.
  [[nodiscard]] bool saturates(const Connection& connection) const {
    return connection.streaming && options_.gap_ms == 0 && connection.out.empty();
  }

  void accept_all() {
    for (;;) {
      Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.get() < 0) return;
      set_no_delay(socket.get());
      const auto slot = static_cast<std::size_t>(socket.get());
      if (connections_.size() <= slot) connections_.resize(slot + 1);
      auto connection = std::make_unique<Connection>();
      connection->socket = std::move(socket);
      connection->generation = ++generation_;
      epoll_.add(connection->socket.get(), EPOLLIN, tag(*connection));
      connections_[slot] = std::move(connection);
    }
  }

  void close(Connection& connection) {
    connections_[static_cast<std::size_t>(connection.socket.get())].reset();
  }

  void read(Connection& connection) {
    const auto count = ::recv(connection.socket.get(), scratch_.data(), scratch_.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return close(connection);
    connection.in.append(scratch_.data(), static_cast<std::size_t>(count));
  }

  // Takes the requests that have come, one after another as each answer is complete.
  void answer_requests(std::uint64_t id) {
    for (auto* connection = find(id); connection != nullptr && !connection->busy;
         connection = find(id)) {
      const auto request = first_request(connection->in);
      if (!request) return;
      connection->in.erase(0, request->bytes);
      begin_answer(*connection, *request);
    }
  }

  void begin_answer(Connection& connection, const Request& request) {
    if (!request.has_length) return send(connection, answers_.length_required);
    if (!request.post) return send(connection, answers_.models);
    connection.busy = true;
    connection.streaming = request.stream;
    connection.head_sent = false;
    connection.chunks_left = options_.chunks;
    const auto now = Clock::now();
    if (options_.delay_ms == 0) return continue_answer(connection, now);
    due_.push({now + options_.delay_ms * 1ms, tag(connection)});
  }

  // Sends what is due at `time` and sees to what follows.
  void continue_answer(Connection& connection, Clock::time_point time) {
    if (connection.streaming) return continue_stream(connection, time);
    connection.busy = false;
    send(connection, answers_.completion);
  }

  void continue_stream(Connection& connection, Clock::time_point time) {
    const auto id = tag(connection);
    std::string bytes;
    if (!std::exchange(connection.head_sent, true)) bytes = answers_.stream_head;
    // Without a gap, each turn sends what a busy server writes at once.
    const int count = std::min(connection.chunks_left, options_.gap_ms == 0 ? 32 : 1);
    for (int i = 0; i < count; ++i) bytes += answers_.token;
    if (connection.chunks_left == 0) {
      bytes += answers_.stream_end;
      connection.busy = connection.streaming = false;
    } else if (options_.gap_ms > 0) {
      due_.push({time + options_.gap_ms * 1ms, id});
    }
    connection.chunks_left -= count;
    send(connection, bytes);
    if (auto* open = find(id)) watch_writable(*open, !open->out.empty() || saturates(*open));
  }

  void send(Connection& connection, std::string_view bytes) {
    if (connection.out.empty()) {
      const auto count = ::send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) return close(connection);
      bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
      if (bytes.empty()) return;
    }
    connection.out += bytes;
    watch_writable(connection, true);
  }

  void flush(Connection& connection) {
    if (connection.out.empty()) return;
    const std::string bytes = std::exchange(connection.out, {});
    const auto id = tag(connection);
    send(connection, bytes);
    auto* open = find(id);
    if (open != nullptr && open->out.empty()) watch_writable(*open, saturates(*open));
  }

  void watch_writable(Connection& connection, bool on) {
    if (std::exchange(connection.wants_write, on) == on) return;
    epoll_.change(connection.socket.get(), EPOLLIN | (on ? EPOLLOUT : 0U), tag(connection));
  }

  Options options_;
  Answers answers_;
  Epoll epoll_;
  Fd listener_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
  std::priority_queue<Due> due_;
  std::uint32_t generation_ = 0;
  std::array<char, 64 * 1024> scratch_{};
};

// Readers wait for the file to appear, so it appears complete.
void write_port_file(const std::string& path, std::uint16_t port) {
  const std::string draft = path + ".draft";
  std::ofstream(draft) << port << "\n";
  if (std::rename(draft.c_str(), path.c_str()) != 0) die("--port-file");
}

}  // namespace
}  // namespace tollway::bench

int main(int argc, char** argv) {
  using namespace tollway::bench;
  Options options;
  CLI::App app("An upstream for benchmarks: canned chat completions on 127.0.0.1.");
  app.add_option("--port", options.port, "Port; 0 picks one");
  app.add_option("--port-file", options.port_file, "Where to write the port once listening");
  app.add_option("--delay-ms", options.delay_ms, "Milliseconds before an answer or first chunk");
  app.add_option("--chunks", options.chunks, "Chunks of a stream, before its three last events");
  app.add_option("--gap-ms", options.gap_ms, "Milliseconds between chunks; 0: as fast as it goes");
  CLI11_PARSE(app, argc, argv);

  Upstream upstream(options);
  if (!options.port_file.empty()) write_port_file(options.port_file, upstream.port());
  fmt::print("listening on 127.0.0.1:{}\n", upstream.port());
  std::fflush(stdout);
  upstream.run();
}
