#include "net/socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace tollway::net {
namespace {

constexpr auto as_tuple = asio::as_tuple(use_task);
constexpr auto look_again_after = std::chrono::milliseconds(50);

bool is_would_block(const boost::system::error_code& code) {
  return code == asio::error::would_block || code == asio::error::try_again;
}

}  // namespace

// Outlives the socket while the reactor still holds its wait; the socket only drops its claim.
struct Socket::PeerWatch {
  Socket* socket = nullptr;
  void (*callback)(void*) = nullptr;
  void* owner = nullptr;
  bool waiting = false;
};

Socket::Socket(Loop& loop, TcpSocket socket, Source peer)
    : loop_(loop),
      socket_(std::move(socket)),
      peer_(peer),
      deadline_(loop.deadlines(), &Socket::on_deadline, this),
      wake_(loop.deadlines(), &Socket::on_wake, this),
      look_again_(loop.deadlines(), &Socket::on_look_again, this) {
  boost::system::error_code ignored;  // a socket that is broken already says so when it is used
  socket_.non_blocking(true, ignored);
  socket_.set_option(Tcp::no_delay(true), ignored);
}

Socket::~Socket() {
  unwatch_peer();
}

SSL* Socket::tls_handle() noexcept {
  return tls_ ? tls_->native_handle() : nullptr;
}

void Socket::set_deadline(TimePoint when, const char* what) {
  waiting_for_ = what;
  deadline_.set(when);
}

void Socket::on_deadline(void* self) {
  auto& socket = *static_cast<Socket*>(self);
  const bool client = socket.peer_ == Source::client;
  socket.fail(Error{client ? Errc::request_timeout : Errc::upstream_timeout,
                    socket.peer_,
                    client ? Retry::never : Retry::elsewhere,
                    fmt::format("timed out while {}", socket.waiting_for_),
                    {}});
}

void Socket::on_wake(void* self) {
  auto& socket = *static_cast<Socket*>(self);
  socket.woken_ = true;
  boost::system::error_code ignored;  // nothing to cancel is fine
  socket.socket_.cancel(ignored);
}

void Socket::fail(Error reason) {
  if (error_) return;
  error_ = std::move(reason);
  boost::system::error_code ignored;  // a closed socket has nothing under way
  socket_.cancel(ignored);
}

Error Socket::error_from(const boost::system::error_code& code, const char* doing) const {
  const bool client = peer_ == Source::client;
  const std::string what =
      code == asio::error::eof ? "connection closed by the peer" : code.message();
  return Error{client ? Errc::cancelled : Errc::connection_lost,
               peer_,
               client ? Retry::never : Retry::elsewhere,
               fmt::format("{} while {}", what, doing),
               {}};
}

std::unexpected<Error> Socket::fail_with(const boost::system::error_code& code, const char* doing) {
  if (!error_) {
    closed_by_peer_ = code == asio::error::eof;
    error_ = error_from(code, doing);
  }
  return std::unexpected(*error_);
}

std::unexpected<Error> Socket::fail_writing(const boost::system::error_code& code) {
  if (error_) return std::unexpected(*error_);
  if (!write_error_) write_error_ = error_from(code, "writing");
  return std::unexpected(*write_error_);
}

Task<Result<std::size_t>> Socket::read_some(std::span<char> into,
                                            std::optional<TimePoint> wake_at) {
  if (error_) co_return std::unexpected(*error_);
  unwatch_peer();
  woken_ = false;
  if (wake_at) wake_.set(*wake_at);
  const auto buffer = asio::buffer(into.data(), into.size());
  boost::system::error_code code;
  std::size_t size = 0;
  if (tls_) {
    std::tie(code, size) = co_await tls_->async_read_some(buffer, as_tuple);
  } else {
    std::tie(code, size) = co_await socket_.async_read_some(buffer, as_tuple);
  }
  if (wake_at) wake_.clear();
  if (size > 0) co_return size;
  if (error_) co_return std::unexpected(*error_);
  if (code == asio::error::operation_aborted && woken_) co_return 0;
  // The end of TLS without close_notify (ssl::error::stream_truncated) stays an error: anybody on
  // the way can send a FIN, so it must not complete a body that lasts to the close (RFC 9112, 9.8).
  co_return fail_with(code, "reading");
}

Result<> Socket::write_now(WriteBuffers& bytes, Goes goes) {
  if (error_) return std::unexpected(*error_);
  if (write_error_) return std::unexpected(*write_error_);
  if (tls_ || bytes.empty()) return {};
  boost::system::error_code code;
  const bool held = goes == Goes::with_turn;
  bytes.consume(socket_.send(bytes.left(), held ? MSG_MORE : 0, code));
  if (held) loop_.held_sends().hold(socket_.native_handle());
  // The kernel's buffer is full, so waiting is what there is to do: back-pressure.
  if (code && !is_would_block(code)) return fail_writing(code);
  return {};
}

Task<Result<>> Socket::write(WriteBuffers bytes) {
  if (auto written = write_now(bytes); !written) co_return written;
  if (tls_) {
    auto writing = write_tls(bytes.left());
    co_return co_await std::move(writing);
  }
  while (!bytes.empty()) {
    const auto [code, size] = co_await socket_.async_write_some(bytes.left(), as_tuple);
    bytes.consume(size);
    if (error_) co_return std::unexpected(*error_);
    if (code && !(code == asio::error::operation_aborted && woken_)) {
      co_return fail_writing(code);
    }
  }
  co_return Result<>{};
}

Task<Result<>> Socket::write_tls(std::span<const asio::const_buffer> buffers) {
  // One record where it fits: small buffers are gathered before they are encrypted. Large ones
  // fill records of their own and are not copied.
  std::string gathered;
  std::array<asio::const_buffer, 1> one;
  if (buffers.size() > 1 && asio::buffer_size(buffers) <= SSL3_RT_MAX_PLAIN_LENGTH) {
    gathered.reserve(asio::buffer_size(buffers));
    for (const auto& buffer : buffers) {
      gathered.append(static_cast<const char*>(buffer.data()), buffer.size());
    }
    one.front() = asio::buffer(gathered);
    buffers = one;
  }
  for (asio::const_buffer bytes : buffers) {
    while (bytes.size() > 0) {
      auto [code, size] = co_await tls_->async_write_some(bytes, as_tuple);
      if (error_) co_return std::unexpected(*error_);
      if (code) co_return fail_writing(code);
      bytes += size;
    }
  }
  co_return Result<>{};
}

void Socket::close(bool reset) noexcept {
  unwatch_peer();
  boost::system::error_code ignored;  // closing cannot fail in a way that we could mend
  if (reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Socket::shutdown_send() noexcept {
  boost::system::error_code ignored;  // the peer may have gone first
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

bool Socket::peer_is_gone() noexcept {
  pollfd poll_fd{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

bool Socket::is_quiet() noexcept {
  if (failed()) return false;
  // TLS reads ahead: records that came with the last answer lie here and not in the kernel.
  if (tls_ && (SSL_has_pending(tls_->native_handle()) != 0 ||
               BIO_pending(SSL_get_rbio(tls_->native_handle())) > 0)) {
    return false;
  }
  char byte = 0;
  const auto size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Socket::watch_peer(void (*callback)(void*), void* owner) {
  if (!watch_) watch_ = std::make_shared<PeerWatch>();
  watch_->socket = this;
  watch_->callback = callback;
  watch_->owner = owner;
  if (watch_->waiting) return;
  socket_.async_wait(asio::socket_base::wait_read,
                     [watch = watch_](const boost::system::error_code& code) {
                       watch->waiting = false;
                       if (watch->socket != nullptr && !code) on_look_again(watch->socket);
                     });
  watch_->waiting = true;  // now that nothing can be thrown any more
}

// Readable also means bytes that wait for their turn. A wait that is renewed over them would fire
// at once, for ever; so the socket is looked at from time to time instead.
void Socket::on_look_again(void* self) {
  auto& socket = *static_cast<Socket*>(self);
  if (!socket.watch_ || socket.watch_->callback == nullptr) return;
  if (socket.peer_is_gone()) {
    std::exchange(socket.watch_->callback, nullptr)(socket.watch_->owner);
  } else {
    socket.look_again_.set(Clock::now() + look_again_after);
  }
}

void Socket::unwatch_peer() noexcept {
  look_again_.clear();
  if (!watch_) return;
  watch_->callback = nullptr;
  watch_->socket = nullptr;
}

}  // namespace tollway::net
