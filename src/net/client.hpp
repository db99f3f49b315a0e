// An HTTP/1.1 client on one loop: pooled connections, and one exchange at a time on each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "http/head.hpp"
#include "http/origin.hpp"
#include "net/abort.hpp"
#include "net/dial_guard.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"
#include "net/socket_abort.hpp"

namespace tollway::net {

class Resolver;  // thread-safe, shared by all loops: names to addresses, off the loops
class ClientPool;
class PooledConnection;
class AnswerReader;

struct ClientTimeouts {
  Duration connect = limits::connect_timeout;  // resolving, dialling and TLS together
  Duration first_byte = limits::first_byte_timeout;
  Duration between_bytes = limits::between_bytes_timeout;
  Duration total = limits::total_timeout;
};

struct ClientRequest {
  const http::Origin& origin;
  AddressPolicy addresses = AddressPolicy::public_only;
  std::string_view head;  // complete, as HeadWriter made it, Content-Length included
  std::string_view body;
  bool no_answer_body = false;  // the method was HEAD
  ClientTimeouts timeouts;
  TimePoint begun = Clock::now();  // from when on the total limit counts
};

// One request to an upstream and its answer. Destroying it before the end closes the connection,
// which is how an upstream call is cancelled; at the end the connection goes back to the pool if
// both sides can use it again. Belongs to the pool's loop.
class ClientCall {
 public:
  ClientCall(ClientPool& pool, Abort& abort);
  ~ClientCall();
  ClientCall(const ClientCall&) = delete;
  ClientCall& operator=(const ClientCall&) = delete;

  // Connects or reuses, sends, and reads the answer's head (1xx skipped). A reused connection that
  // turns out dead before the first byte of an answer is replaced once, silently. An answer that
  // comes before the whole request has gone up is taken (tests.md U26). Views in `request` must
  // last until this returns. Redirects are answers like others: nothing is followed.
  // Errors: dns_failed, connect_failed, connect_timeout, address_refused, tls_failed,
  // connection_lost, upstream_timeout, upstream_invalid, or the abort's reason.
  [[nodiscard]] Task<Result<>> send(ClientRequest request);
  // Of the answer, after send(); lasts as long as this object.
  [[nodiscard]] const http::Head& head() const noexcept;

  enum class Read : std::uint8_t {
    bytes,  // `bytes` holds content
    quiet,  // wake_at came first
    end,    // the message is complete
  };
  struct Piece {
    Read what = Read::end;
    std::string_view bytes;  // as they came, unchunked, decoded; valid until the next call
    bool last = false;       // nothing but the end follows: there is no need to read it
  };
  // The next content of the answer. Truncation is an error, never an end. All that one system call
  // brought is returned together.
  [[nodiscard]] Task<Result<Piece>> read(std::optional<TimePoint> wake_at = {});

  // How the time went, for the access record. Zero where a phase did not happen.
  struct Times {
    Duration connect{};     // waiting for a connection, dialling included
    Duration first_byte{};  // from the request sent to the head received
  };
  [[nodiscard]] Times times() const noexcept { return times_; }
  // When the head was there, after send().
  [[nodiscard]] TimePoint head_at() const noexcept { return head_at_; }
  [[nodiscard]] bool reused_connection() const noexcept { return reused_; }

 private:
  struct Upload;
  [[nodiscard]] Task<Result<>> connect(const ClientRequest& request);
  void hold(std::unique_ptr<PooledConnection> connection);
  [[nodiscard]] Task<Result<>> exchange(const ClientRequest& request);
  [[nodiscard]] Task<Result<>> exchange_large(const ClientRequest& request);
  [[nodiscard]] Task<> upload(WriteBuffers bytes, Upload& upload);
  [[nodiscard]] Task<Result<>> receive_head();
  void wait_from(TimePoint start, Duration limit, const char* what);
  void note_sent();
  void let_go() noexcept;

  ClientPool& pool_;
  Abort& abort_;
  std::unique_ptr<AnswerReader> answer_;
  std::unique_ptr<PooledConnection> connection_;  // null before send() and after the end
  std::optional<SocketAbort> aborting_;
  ClientTimeouts timeouts_;
  TimePoint ends_by_{};  // the total limit
  TimePoint sent_at_{};
  TimePoint head_at_{};
  std::optional<TimePoint> quiet_since_;  // since when read() has waited for bytes
  Times times_;
  bool reused_ = false;
  bool cut_short_ = false;  // the answer came before the request had gone up
};

// A proxy that https:// origins are reached through, by CONNECT.
struct ProxySettings {
  std::optional<http::Origin> https_proxy;
  std::string authorization;  // value of Proxy-Authorization, empty for none
  std::string no_proxy;       // NO_PROXY: comma list of hosts and domain suffixes, or "*"
};
// From HTTPS_PROXY or https_proxy, and NO_PROXY or no_proxy.
[[nodiscard]] Result<ProxySettings> proxy_from_environment();

// Idle connections by origin, and the making of new ones: resolve, check each address, dial by
// happy eyeballs (RFC 8305), CONNECT, TLS with session reuse. Belongs to one loop's thread.
class ClientPool {
 public:
  struct Options {
    ProxySettings proxy;
    std::size_t idle_max = limits::idle_upstreams_max;  // an origin
    Duration idle_timeout = limits::upstream_idle_timeout;
  };
  // `tls` holds the trust anchors (make_client_tls()).
  ClientPool(Loop& loop, Resolver& resolver, std::shared_ptr<ssl::context> tls, Options options);
  ~ClientPool();
  ClientPool(const ClientPool&) = delete;
  ClientPool& operator=(const ClientPool&) = delete;

  // Closes the idle connections, e.g. at the end of a drain.
  void clear() noexcept;

 private:
  friend class ClientCall;
  struct State;  // client_pool.hpp
  std::unique_ptr<State> state_;
};

// Verification against the system's authorities, or SSL_CERT_FILE and SSL_CERT_DIR; TLS 1.2 and up.
[[nodiscard]] Result<std::shared_ptr<ssl::context>> make_client_tls();
// The listening side: a PEM chain and its key.
[[nodiscard]] Result<std::shared_ptr<ssl::context>> make_server_tls(
    const std::string& certificate_chain_file, const std::string& private_key_file);

}  // namespace tollway::net
