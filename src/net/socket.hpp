// A connection, with or without TLS, whose every wait has a deadline.
#pragma once

#include <boost/asio/ssl.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/write_buffers.hpp"

namespace tollway::net {

namespace ssl = boost::asio::ssl;

// Errors are sticky: after one, every further operation fails at once with the same error, so that
// a deadline or an abort that comes between two operations is not lost. Only what goes wrong while
// writing stays with writing, since the peer may have said why before it closed. Errors carry the
// source given at construction: a client's connection or an upstream's. At most one read and one
// write may be under way at a time. Belongs to one loop's thread; does not move.
class Socket {
 public:
  Socket(Loop& loop, TcpSocket socket, Source peer);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // TLS over this connection from here on. The client's side verifies that the certificate is
  // trusted and issued for `host`, and says in its error what is wrong with it. The context must
  // outlive the socket, hence shared.
  [[nodiscard]] Task<Result<>> handshake_as_client(std::shared_ptr<ssl::context> context,
                                                   const std::string& host, SSL_SESSION* resume);
  [[nodiscard]] Task<Result<>> handshake_as_server(std::shared_ptr<ssl::context> context);
  [[nodiscard]] bool is_tls() const noexcept { return tls_ != nullptr; }
  // The TLS state, for session reuse; null without TLS.
  [[nodiscard]] SSL* tls_handle() noexcept;

  // What operations wait for from now on, at the longest. `what` completes "timed out while ...".
  void set_deadline(TimePoint when, const char* what);
  void clear_deadline() noexcept { deadline_.clear(); }

  // Reads at least one byte and returns the count. Zero means that `wake_at` came first: nothing
  // was read, nothing is broken. The end of the stream is Errc::connection_lost with closed_by_peer
  // set.
  [[nodiscard]] Task<Result<std::size_t>> read_some(std::span<char> into,
                                                    std::optional<TimePoint> wake_at = {});
  // An orderly end: for TLS, one that was announced by close_notify.
  [[nodiscard]] bool closed_by_peer() const noexcept { return closed_by_peer_; }

  // Writes what the kernel takes at once, in one system call, and takes it off `bytes`. TLS writes
  // nothing here. What is left is write()'s, so that only those wait who have to. With
  // Goes::with_turn it goes out together with what else is sent in this turn of the loop.
  enum class Goes : std::uint8_t { at_once, with_turn };
  [[nodiscard]] Result<> write_now(WriteBuffers& bytes, Goes goes = Goes::at_once);
  // Writes all of it.
  [[nodiscard]] Task<Result<>> write(WriteBuffers bytes);

  // Ends every operation under way and to come with this error. Safe at any time.
  void fail(Error reason);
  [[nodiscard]] bool failed() const noexcept { return error_ || write_error_; }

  // Closes at once. With `reset`, the peer gets an RST instead of a FIN.
  void close(bool reset = false) noexcept;
  // Half-closes, so that the peer reads what was written and then the end.
  void shutdown_send() noexcept;

  // True when the peer has closed or reset its side, also behind unread data. One system call.
  [[nodiscard]] bool peer_is_gone() noexcept;
  // True when nothing has arrived and the peer is still there: fit to carry another request. One
  // system call. (A TLS connection with unread records, session tickets aside, is not quiet.)
  [[nodiscard]] bool is_quiet() noexcept;

  // Calls `callback(owner)` when the peer closes or resets while nobody reads. One at a time; ended
  // by unwatch_peer(), by a read, or by close(). Behind bytes that wait to be read (a pipelined
  // request, TLS's goodbye before the FIN) leaving is noticed within 50 ms instead of at once.
  void watch_peer(void (*callback)(void*), void* owner);
  void unwatch_peer() noexcept;

  [[nodiscard]] TcpSocket& lowest() noexcept { return socket_; }
  [[nodiscard]] Loop& loop() noexcept { return loop_; }

 private:
  struct PeerWatch;
  static void on_deadline(void* self);
  static void on_wake(void* self);
  static void on_look_again(void* self);
  [[nodiscard]] Error error_from(const boost::system::error_code& code, const char* doing) const;
  [[nodiscard]] std::unexpected<Error> fail_with(const boost::system::error_code& code,
                                                 const char* doing);
  [[nodiscard]] std::unexpected<Error> fail_writing(const boost::system::error_code& code);
  [[nodiscard]] Task<Result<>> write_tls(std::span<const asio::const_buffer> buffers);

  Loop& loop_;
  TcpSocket socket_;
  Source peer_;
  std::shared_ptr<ssl::context> tls_context_;
  std::unique_ptr<ssl::stream<TcpSocket&>> tls_;
  Deadline deadline_;
  Deadline wake_;
  Deadline look_again_;  // of watch_peer()
  const char* waiting_for_ = "waiting";
  bool woken_ = false;
  bool closed_by_peer_ = false;
  std::optional<Error> error_;
  std::optional<Error> write_error_;
  std::shared_ptr<PeerWatch> watch_;
};

}  // namespace tollway::net
