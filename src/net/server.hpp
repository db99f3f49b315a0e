// An HTTP/1.1 server on one loop. Handlers see whole requests and write answers; connections,
// pipelining, keep-alive, limits and drain are dealt with here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "http/head.hpp"
#include "net/abort.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"

namespace tollway::net {

class Connection;

// The head of an answer. Content-Length, Transfer-Encoding, Connection and Date are the server's.
struct Answer {
  int status = 200;
  std::string_view content_type = {};  // empty: none
  // Further header lines, each "Name: value\r\n", made with http::HeadWriter.
  std::string_view header_lines = {};
};

// One request on a connection, and the way to answer it. Lives as long as the handler runs.
class ServerExchange {
 public:
  explicit ServerExchange(Connection& connection) : connection_(connection) {}
  ServerExchange(const ServerExchange&) = delete;
  ServerExchange& operator=(const ServerExchange&) = delete;

  [[nodiscard]] const http::Head& head() const noexcept;
  [[nodiscard]] std::string remote_address() const;

  // The whole body, read on the first call; at most `bytes_max` (Errc::body_too_large before it is
  // buffered when the length is announced). Sends 100 Continue where the client waits for it. The
  // view lasts until the exchange ends or release_body(); ReadBuffer::slack_bytes behind it are
  // readable.
  [[nodiscard]] Task<Result<std::string_view>> read_body(
      std::size_t bytes_max = limits::request_body_bytes_max);
  // Gives the memory of head and body back; for long streams.
  void release_body();

  // The whole answer in one write. HEAD requests get the head alone.
  [[nodiscard]] Task<Result<>> respond(Answer answer, std::string_view body);

  // A streamed answer: begin() (sends nothing yet), write() as often as needed, finish() with the
  // last bytes, if any. Each goes out as one chunk in one system call, the first together with the
  // head. begin() followed by finish() is an empty answer.
  void begin(const Answer& answer);
  [[nodiscard]] Task<Result<>> write(std::string_view bytes);
  [[nodiscard]] Task<Result<>> finish(std::string_view last = {});
  // True once any byte of an answer (100 Continue aside) has gone out or was begun.
  [[nodiscard]] bool begun() const noexcept;
  // Sends the head of a begun answer now, ahead of its first bytes.
  [[nodiscard]] Task<Result<>> flush_head();

  // Fires with Errc::cancelled when the client leaves, with Errc::draining when the drain's
  // deadline is over. The client is watched from 20 ms after the first call on, so that quick
  // answers pay nothing for it; call after read_body().
  [[nodiscard]] Abort& abort();

  // The connection ends after this exchange. A handler that returns without a complete answer has
  // the same effect, and the client sees a broken message rather than a clean end.
  void close_after() noexcept;

 private:
  Connection& connection_;
};

// What answers. One instance a loop; handle() runs as many times at once as there are requests.
class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual Task<> handle(ServerExchange& exchange) = 0;
  // The answer to a request that never reached handle(): malformed, too large, too slow. Returns
  // the body; `content_type` is application/json unless changed.
  [[nodiscard]] virtual std::string error_body(const Error& error, int status) = 0;
};

struct ServerOptions {
  std::size_t connections_max = limits::client_connections_max;
  Duration head_timeout = limits::client_head_timeout;
  Duration body_timeout = limits::client_body_timeout;
  Duration idle_timeout = limits::client_idle_timeout;
  Duration write_timeout = limits::client_write_timeout;
};

// Listens on one address with SO_REUSEPORT, so that each thread has its own. Belongs to the loop's
// thread; construct, listen, run the loop.
class Server {
 public:
  Server(Loop& loop, Handler& handler, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and accepts. Port 0 picks one; the address bound is returned, for the other threads.
  [[nodiscard]] Result<Tcp::endpoint> listen(const Tcp::endpoint& address);
  // New connections speak TLS with this context; null for plain HTTP. Existing ones keep theirs.
  void set_tls(std::shared_ptr<ssl::context> context);

  // Stops accepting, closes idle connections, lets requests under way end until `deadline`, then
  // aborts them. `done` runs when the last connection has closed.
  void drain(TimePoint deadline, std::function<void()> done);
  [[nodiscard]] std::size_t connection_count() const noexcept;

 private:
  friend class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tollway::net
