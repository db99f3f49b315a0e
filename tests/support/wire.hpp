// A TCP connection with bare hands: exact bytes at exact moments, and every way to end it.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/waiting.hpp"

namespace tollway::test {

// How a wait on a connection ended.
enum class Got { bytes, end, reset, timeout, interrupted };

// What ends every wait when its descriptor becomes readable; -1 for none. Not owned.
struct Interrupt {
  int descriptor = -1;
};

struct ConnectOptions {
  bool ipv6 = false;             // to [::1] instead of 127.0.0.1
  int receive_buffer_bytes = 0;  // SO_RCVBUF; 0 leaves the system's. For slow readers.
};

// Blocking, but no operation outlasts its time or the interrupt. Belongs to one thread at a time.
// After the peer is gone, sends fail and receives report the end; nothing raises SIGPIPE.
class Wire {
 public:
  Wire() = default;
  // Takes the socket over. TCP_NODELAY is set, so that one send is one segment where it fits.
  explicit Wire(int socket, Interrupt interrupt = {});
  ~Wire() { close(); }
  Wire(Wire&& other) noexcept;
  Wire& operator=(Wire&& other) noexcept;

  // A connection to this machine; check is_open().
  [[nodiscard]] static Wire connect(std::uint16_t port, ConnectOptions options,
                                    Millis timeout = patience);

  [[nodiscard]] bool is_open() const noexcept { return socket_ >= 0; }
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

  // TLS from here on. False when the handshake failed; tls_error() says why.
  [[nodiscard]] bool start_tls_as_server(SSL_CTX* context);
  [[nodiscard]] bool start_tls_as_client(SSL_CTX* context, const std::string& host);
  [[nodiscard]] const std::string& tls_error() const noexcept { return tls_error_; }
  [[nodiscard]] SSL* tls() const noexcept { return tls_.get(); }

  // Appends what has come. Waits until there is something, or until how it ended is known.
  Got receive(std::string& into, Millis timeout = patience);
  // All bytes; false when the peer left or took none for `timeout`.
  bool send(std::string_view bytes, Millis timeout = patience);
  // As many bytes as the kernel takes before it takes none for `timeout`.
  std::size_t send_some(std::string_view bytes, Millis timeout);
  // All bytes, `piece_bytes` at a time, each in a system call of its own. A pause gives the peer
  // the time to read each piece by itself.
  bool send_split(std::string_view bytes, std::size_t piece_bytes, Millis pause = 0ms);

  // Waits until the peer has closed or reset its side, even behind unread bytes: Got::end,
  // Got::reset, Got::timeout or Got::interrupted.
  Got wait_for_hangup(Millis timeout = patience);

  void reset() noexcept;       // RST
  void half_close() noexcept;  // FIN; reading goes on
  void close() noexcept;       // FIN, or RST where unread bytes lie in the kernel

 private:
  struct SslFree {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  [[nodiscard]] Got wait(short events, Millis timeout) const noexcept;
  [[nodiscard]] bool handshake(SSL_CTX* context, const char* host);
  [[nodiscard]] long receive_once(char* into, std::size_t size, short& wanted) noexcept;
  [[nodiscard]] long send_once(std::string_view bytes, short& wanted) noexcept;

  int socket_ = -1;
  Interrupt interrupt_;
  std::unique_ptr<SSL, SslFree> tls_;
  std::string tls_error_;
};

// A listening socket on 127.0.0.1 or [::1] and a port of the system's choice.
struct Listener {
  int descriptor = -1;
  std::uint16_t port = 0;
};
[[nodiscard]] Listener listen_on_loopback(int backlog, bool ipv6 = false);

// A port of 127.0.0.1 that refuses connections, and that nobody else gets as long as this lasts.
class RefusingPort {
 public:
  RefusingPort();
  ~RefusingPort();
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;

  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

 private:
  int socket_ = -1;
  std::uint16_t number_ = 0;
};

}  // namespace tollway::test
