// What this folder's tests share: running a task, and a peer that follows a script.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "net/loop.hpp"

namespace tollway::net::test {

template <class T>
Task<> store(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

// Sets a task off and runs it as far as it comes; its result appears in `result`.
template <class T>
void start(Loop& loop, Task<T> task, std::optional<T>& result) {
  loop.tasks().spawn(store(std::move(task), result));
  loop.io().restart();
  loop.io().poll();
}

// Runs the loop until the result is there.
template <class T>
T finish(Loop& loop, std::optional<T>& result) {
  while (!result) {
    loop.io().restart();
    loop.io().run_one();
  }
  loop.io().poll();  // what the task's end has left to do
  return std::move(*result);
}

// Runs the loop until the task has ended.
template <class T>
T run(Loop& loop, Task<T> task) {
  std::optional<T> result;
  start(loop, std::move(task), result);
  return finish(loop, result);
}

inline TimePoint in(Duration duration) {
  return Clock::now() + duration;
}

inline double milliseconds_since(TimePoint start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// One accepted connection, used by blocking calls on the peer's thread.
class PeerConnection {
 public:
  explicit PeerConnection(Tcp::socket socket) : socket_(std::move(socket)) {}

  // Reads until what was read ends with `end`; false when the stream ended before.
  bool read_until(std::string_view end) {
    received.clear();
    while (!received.ends_with(end)) {
      char byte = 0;
      boost::system::error_code code;
      socket_.read_some(asio::buffer(&byte, 1), code);
      if (code) return false;
      received += byte;
    }
    return true;
  }
  // A head and a body of that size.
  bool read_request(std::size_t body_size = 0) {
    if (!read_until("\r\n\r\n")) return false;
    std::string body(body_size, '\0');
    boost::system::error_code code;
    asio::read(socket_, asio::buffer(body), code);
    received += body;
    return !code;
  }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;  // the other side may be gone, which is its test's matter
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  // Waits until the other side closes, dropping what it still sends.
  void wait_for_end() {
    std::string ignored(65536, '\0');
    boost::system::error_code code;
    while (!code) socket_.read_some(asio::buffer(ignored), code);
  }
  void close() { socket_.close(); }
  void reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }
  Tcp::socket& socket() { return socket_; }

  std::string received;

 private:
  Tcp::socket socket_;
};

// Listens on a free port of 127.0.0.1 and runs a script on its own thread, which the destructor
// waits for.
class ScriptedPeer {
 public:
  using Script = std::function<void(ScriptedPeer&)>;
  explicit ScriptedPeer(Script script, const char* address = "127.0.0.1")
      : acceptor_(io_, Tcp::endpoint(asio::ip::make_address(address), 0)),
        port_(acceptor_.local_endpoint().port()),
        thread_([this, script = std::move(script)] { script(*this); }) {}
  ~ScriptedPeer() { thread_.join(); }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  PeerConnection accept() { return PeerConnection(acceptor_.accept()); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  asio::io_context io_;
  Tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::thread thread_;
};

}  // namespace tollway::net::test
