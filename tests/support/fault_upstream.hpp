// An upstream that does exactly what a test's script says, at the moment it says.
//
//   FaultUpstream upstream([](UpstreamConnection& connection) {
//     connection.read_request();
//     connection.send(sse_head() + chunk("data: {}\n\n"));
//     connection.reset();
//   });
//   Gateway gateway(upstream);
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/answers.hpp"
#include "support/http_message.hpp"
#include "support/wire.hpp"

namespace tollway::test {

class FaultUpstream;

// One connection, in the hands of its script and its script's thread. When the script returns, the
// connection is half-closed, drained and closed, so that the last bytes sent do arrive. After the
// peer is gone or the upstream stops, everything returns at once, so that scripts need not check.
class UpstreamConnection {
 public:
  UpstreamConnection(FaultUpstream& upstream, Wire wire, int index);

  // 0 for the first connection that was accepted.
  [[nodiscard]] int index() const noexcept { return index_; }

  // The next request, head and body, which is also kept in FaultUpstream::requests(). Nullopt when
  // the peer closed instead. A body cut short counts as a hang-up.
  std::optional<Request> read_request();
  // The head alone; the body stays unread, and the request counts as seen.
  std::optional<Request> read_request_head();

  // False when the peer left or took none for `timeout`.
  bool send(std::string_view bytes, Millis timeout = patience) {
    return wire_.send(bytes, timeout);
  }
  // See Wire::send_split.
  bool send_split(std::string_view bytes, std::size_t piece_bytes, Millis pause = 0ms) {
    return wire_.send_split(bytes, piece_bytes, pause);
  }
  // As much of `bytes` as goes out before nothing does for `timeout`; for back-pressure.
  std::size_t send_some(std::string_view bytes, Millis timeout) {
    return wire_.send_some(bytes, timeout);
  }

  // Until the test sets the signal; false when the upstream stops first or it takes too long.
  bool wait_for(const Signal& signal);
  // Sends nothing for that long; false when the peer hung up (which is recorded) or the upstream
  // stopped.
  bool stall(Millis time);
  // Sends nothing until the peer hangs up, which is recorded, or the upstream stops.
  void stall_until_hangup();

  void reset() noexcept { wire_.reset(); }
  void half_close() noexcept { wire_.half_close(); }
  void close() noexcept { wire_.close(); }
  [[nodiscard]] Wire& wire() noexcept { return wire_; }

 private:
  friend class FaultUpstream;
  void finish();

  FaultUpstream& upstream_;
  Wire wire_;
  MessageReader reader_{wire_};
  int index_;
};

// Listens on 127.0.0.1 or [::1], a port of the system's choice, with a thread for each connection.
// What it saw can be asked at any time, from any thread.
class FaultUpstream {
 public:
  using Script = std::function<void(UpstreamConnection&)>;
  struct Options {
    bool ipv6 = false;
    // Speaks TLS with this context (see certificates.hpp). Not owned.
    SSL_CTX* tls = nullptr;
  };

  explicit FaultUpstream(Script script) : FaultUpstream(std::move(script), Options{}) {}
  FaultUpstream(Script script, Options options);
  ~FaultUpstream();  // interrupts the scripts and joins them
  FaultUpstream(const FaultUpstream&) = delete;
  FaultUpstream& operator=(const FaultUpstream&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port; }
  // "http://127.0.0.1:<port>/api/v1", with the scheme and host that the options imply.
  [[nodiscard]] std::string url() const;
  // The same with a name of the test's choice in the place of the address.
  [[nodiscard]] std::string url_for(std::string_view host) const;

  [[nodiscard]] int connection_count() const;
  [[nodiscard]] int request_count() const;
  [[nodiscard]] std::vector<Request> requests() const;
  // The n-th request seen (from 0); waits for it, and fails the test if it does not come.
  [[nodiscard]] Request request(std::size_t index = 0) const;
  // Connections whose peer left while a script was in the middle of an exchange.
  [[nodiscard]] int hangup_count() const;
  // TLS handshakes that failed.
  [[nodiscard]] std::vector<std::string> tls_failures() const;

  [[nodiscard]] bool wait_for_connections(int count, Millis timeout = patience) const;
  [[nodiscard]] bool wait_for_requests(int count, Millis timeout = patience) const;
  [[nodiscard]] bool wait_for_hangup(Millis timeout = patience) const;
  [[nodiscard]] bool wait_for_hangups(int count, Millis timeout = patience) const;

  // Scripts for the usual case: every request on the connection gets its answer.
  [[nodiscard]] static Script answering(std::function<std::string(const Request&)> answer);
  [[nodiscard]] static Script answering(std::string answer);

 private:
  friend class UpstreamConnection;
  void accept();
  void serve(int socket, int index);
  void saw(Request request);
  void saw_hangup();
  template <class Condition>
  bool wait(Millis timeout, Condition condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, condition);
  }

  Script script_;
  Options options_;
  Listener listener_;
  Signal stopping_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int connections_ = 0;
  int hangups_ = 0;
  std::vector<Request> requests_;
  std::vector<std::string> tls_failures_;
  std::vector<std::thread> threads_;  // of the connections; grown by the acceptor alone
  std::thread acceptor_;
};

// An address where connecting hangs: a full backlog that nobody accepts from.
class BlackHole {
 public:
  BlackHole();
  ~BlackHole();
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port; }
  [[nodiscard]] std::string url() const;

 private:
  Listener listener_;
  std::vector<int> fillers_;
};

}  // namespace tollway::test
