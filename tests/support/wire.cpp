#include "support/wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace tollway::test {
namespace {

struct LoopbackAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

LoopbackAddress loopback(std::uint16_t port, bool ipv6) {
  LoopbackAddress made;
  if (ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    address.sin6_port = htons(port);
    made.size = sizeof address;
    std::copy_n(reinterpret_cast<const char*>(&address), sizeof address,
                reinterpret_cast<char*>(&made.storage));
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    made.size = sizeof address;
    std::copy_n(reinterpret_cast<const char*>(&address), sizeof address,
                reinterpret_cast<char*>(&made.storage));
  }
  return made;
}

void set_option(int socket, int level, int name, int value) noexcept {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

short events_wanted(SSL* tls, int result) noexcept {
  switch (SSL_get_error(tls, result)) {
    case SSL_ERROR_WANT_READ:
      return POLLIN;
    case SSL_ERROR_WANT_WRITE:
      return POLLOUT;
    default:
      return 0;
  }
}

}  // namespace

Wire::Wire(int socket, Interrupt interrupt) : socket_(socket), interrupt_(interrupt) {
  if (socket_ < 0) return;
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
  set_option(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
}

Wire::Wire(Wire&& other) noexcept {
  *this = std::move(other);
}

Wire& Wire::operator=(Wire&& other) noexcept {
  if (this == &other) return *this;
  close();
  socket_ = std::exchange(other.socket_, -1);
  interrupt_ = other.interrupt_;
  tls_ = std::move(other.tls_);
  tls_error_ = std::move(other.tls_error_);
  return *this;
}

Wire Wire::connect(std::uint16_t port, ConnectOptions options, Millis timeout) {
  const int socket =
      ::socket(options.ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return {};
  // The receive window is settled in the handshake, so the size has to be set before it.
  if (options.receive_buffer_bytes > 0) {
    set_option(socket, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes);
  }
  Wire wire(socket);
  auto address = loopback(port, options.ipv6);
  if (::connect(socket, address.get(), address.size) == 0) return wire;
  if (errno != EINPROGRESS || wire.wait(POLLOUT, timeout) != Got::bytes) return {};
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return {};
  return wire;
}

Got Wire::wait(short events, Millis timeout) const noexcept {
  std::array<pollfd, 2> watched{{{socket_, events, 0}, {interrupt_.descriptor, POLLIN, 0}}};
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const int left = static_cast<int>(time_left(deadline).count());
    const int ready = ::poll(watched.data(), watched.size(), left);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Got::timeout;
    if (watched[0].revents != 0) return Got::bytes;
    return Got::interrupted;
  }
}

bool Wire::start_tls_as_server(SSL_CTX* context) {
  return handshake(context, nullptr);
}

bool Wire::start_tls_as_client(SSL_CTX* context, const std::string& host) {
  return handshake(context, host.c_str());
}

bool Wire::handshake(SSL_CTX* context, const char* host) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
  tls_.reset(SSL_new(context));
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_fd(tls_.get(), socket_);
  if (host != nullptr) SSL_set_tlsext_host_name(tls_.get(), host);
  const auto deadline = Clock::now() + patience;
  for (;;) {
    ERR_clear_error();
    const int result = host != nullptr ? SSL_connect(tls_.get()) : SSL_accept(tls_.get());
    if (result == 1) return true;
    const short wanted = events_wanted(tls_.get(), result);
    if (wanted == 0) {
      std::array<char, 256> text{};
      ERR_error_string_n(ERR_get_error(), text.data(), text.size());
      tls_error_ = text.data();
      return false;
    }
    if (wait(wanted, time_left(deadline)) != Got::bytes) {
      tls_error_ = "no handshake in time";
      return false;
    }
  }
}

// Like recv: over zero bytes, zero the end, below zero either an error or `wanted` not ready.
long Wire::receive_once(char* into, std::size_t size, short& wanted) noexcept {
  wanted = POLLIN;
  if (!tls_) {
    const auto got = ::recv(socket_, into, size, 0);
    if (got < 0 && errno != EAGAIN && errno != EINTR) wanted = 0;
    return got;
  }
  ERR_clear_error();
  const int got = SSL_read(tls_.get(), into, static_cast<int>(size));
  if (got > 0) return got;
  if (SSL_get_error(tls_.get(), got) == SSL_ERROR_ZERO_RETURN) return 0;
  wanted = events_wanted(tls_.get(), got);
  return -1;
}

Got Wire::receive(std::string& into, Millis timeout) {
  if (socket_ < 0) return Got::end;
  std::array<char, 64 * 1024> piece;
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    short wanted = 0;
    const auto got = receive_once(piece.data(), piece.size(), wanted);
    if (got > 0) {
      into.append(piece.data(), static_cast<std::size_t>(got));
      return Got::bytes;
    }
    if (got == 0) return Got::end;
    if (wanted == 0) return Got::reset;
    const auto waited = wait(wanted, time_left(deadline));
    if (waited != Got::bytes) return waited;
  }
}

long Wire::send_once(std::string_view bytes, short& wanted) noexcept {
  wanted = POLLOUT;
  if (!tls_) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) wanted = 0;
    return sent;
  }
  ERR_clear_error();
  const auto size = std::min<std::size_t>(bytes.size(), 1U << 20U);
  const int sent = SSL_write(tls_.get(), bytes.data(), static_cast<int>(size));
  if (sent <= 0) wanted = events_wanted(tls_.get(), sent);
  return sent > 0 ? sent : -1;
}

std::size_t Wire::send_some(std::string_view bytes, Millis timeout) {
  std::size_t sent = 0;
  auto deadline = Clock::now() + timeout;
  while (socket_ >= 0 && sent < bytes.size()) {
    short wanted = 0;
    const auto taken = send_once(bytes.substr(sent), wanted);
    if (taken > 0) {
      sent += static_cast<std::size_t>(taken);
      deadline = Clock::now() + timeout;
      continue;
    }
    if (wanted == 0 || wait(wanted, time_left(deadline)) != Got::bytes) break;
  }
  return sent;
}

bool Wire::send(std::string_view bytes, Millis timeout) {
  return send_some(bytes, timeout) == bytes.size() && socket_ >= 0;
}

bool Wire::send_split(std::string_view bytes, std::size_t piece_bytes, Millis pause) {
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    if (!send(bytes.substr(at, piece_bytes))) return false;
    if (pause > 0ms && wait_for_hangup(pause) != Got::timeout) return false;
  }
  return true;
}

Got Wire::wait_for_hangup(Millis timeout) {
  if (socket_ < 0) return Got::end;
  std::array<pollfd, 2> watched{{{socket_, POLLRDHUP, 0}, {interrupt_.descriptor, POLLIN, 0}}};
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const int left = static_cast<int>(time_left(deadline).count());
    const int ready = ::poll(watched.data(), watched.size(), left);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Got::timeout;
    if ((watched[0].revents & POLLERR) != 0) return Got::reset;
    if (watched[0].revents != 0) return Got::end;
    return Got::interrupted;
  }
}

void Wire::reset() noexcept {
  if (socket_ < 0) return;
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  tls_.reset();
  ::close(std::exchange(socket_, -1));
}

void Wire::half_close() noexcept {
  if (socket_ < 0) return;
  if (tls_ && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
}

void Wire::close() noexcept {
  if (socket_ < 0) return;
  if (tls_ && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  tls_.reset();
  ::close(std::exchange(socket_, -1));
}

namespace {

Listener bind_on_loopback(bool ipv6) {
  Listener made;
  made.descriptor = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0, ipv6);
  if (made.descriptor < 0 || ::bind(made.descriptor, address.get(), address.size) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot bind to loopback");
  }
  ::getsockname(made.descriptor, address.get(), &address.size);
  // The port lies at the same place in both families.
  made.port = ntohs(reinterpret_cast<const sockaddr_in*>(address.get())->sin_port);
  return made;
}

}  // namespace

Listener listen_on_loopback(int backlog, bool ipv6) {
  const Listener made = bind_on_loopback(ipv6);
  if (::listen(made.descriptor, backlog) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot listen on loopback");
  }
  return made;
}

// Bound and never listening: the kernel refuses, and gives the port to nobody else.
RefusingPort::RefusingPort() {
  const Listener bound = bind_on_loopback(false);
  socket_ = bound.descriptor;
  number_ = bound.port;
}

RefusingPort::~RefusingPort() {
  ::close(socket_);
}

}  // namespace tollway::test
