#include "net/connection.hpp"

#include <fmt/format.h>

#include <array>

#include "http/head_writer.hpp"

namespace tollway::net {
namespace {

constexpr std::string_view interim_continue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr auto linger_timeout = std::chrono::seconds(2);
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;
constexpr auto last_words_timeout = std::chrono::seconds(1);  // once the drain's time is over

int status_of_refusal(Errc code) {
  switch (code) {
    case Errc::head_too_large:
      return 431;
    case Errc::request_timeout:
      return 408;
    default:
      return 400;
  }
}

}  // namespace

Connection::Connection(Loop& loop, TcpSocket socket, Handler& handler, const ServerOptions& options,
                       const bool& draining)
    : socket_(loop, std::move(socket), Source::client),
      handler_(handler),
      options_(options),
      draining_(draining),
      watch_due_(loop.deadlines(), &Connection::on_watch_due, this) {}

Task<> Connection::serve(std::unique_ptr<Connection> connection,
                         std::shared_ptr<ssl::context> tls) {
  if (tls) {
    connection->socket_.set_deadline(Clock::now() + connection->options_.head_timeout,
                                     "the TLS handshake");
    auto shaking = connection->socket_.handshake_as_server(std::move(tls));
    const auto shaken = co_await std::move(shaking);
    connection->socket_.clear_deadline();
    if (!shaken) co_return;
  }
  auto running = connection->run();
  co_await std::move(running);
}

Task<> Connection::run() {
  while (!draining_) {
    auto reading = read_head();
    if (!co_await std::move(reading)) co_return;
    start_exchange();
    ServerExchange exchange(*this);
    auto handling = handler_.handle(exchange);
    co_await std::move(handling);
    if (!finished_) {
      // A client of HTTP/1.0 takes a closed connection for the end of the answer: a reset is none.
      socket_.close(begun_ && !chunked_);
      co_return;
    }
    end_exchange();
    if (!close_after_) continue;
    // Where all that came was read, closing sends what is left of the answer and then the end.
    if (parser_.message_complete() && in_.unread().empty()) co_return;
    auto lingering = linger();
    co_await std::move(lingering);
    co_return;
  }
}

// Reads one head. False when the connection is over: at its orderly end, or after a refusal.
Task<bool> Connection::read_head() {
  parser_.reset();
  const auto idle_until = Clock::now() + options_.idle_timeout;
  std::optional<TimePoint> head_due;
  for (;;) {
    if (const auto unread = in_.unread(); !unread.empty()) {
      const auto used = parser_.parse_head(unread);
      if (!used) {
        auto refusing = refuse(used.error());
        co_await std::move(refusing);
        co_return false;
      }
      in_.consume(*used);
      if (parser_.head_complete()) co_return true;
    }
    const bool begun = parser_.head_begun();
    // A head that trickles has one time for the whole of it.
    if (begun && !head_due) head_due = Clock::now() + options_.head_timeout;
    const auto wake = head_due.value_or(idle_until);
    auto reading = socket_.read_some(in_.prepare(1), wake);
    const auto size = co_await std::move(reading);
    if (!size) co_return false;
    if (*size == 0) {
      if (!begun) co_return false;  // idle for too long
      auto refusing = refuse(Error{Errc::request_timeout,
                                   Source::client,
                                   Retry::never,
                                   "the request's head did not arrive in time",
                                   {}});
      co_await std::move(refusing);
      co_return false;
    }
    in_.commit(*size);
  }
}

// Answers what never became an exchange, and ends the connection.
Task<> Connection::refuse(Error error) {
  start_exchange();
  close_after_ = true;
  const int status = status_of_refusal(error.code);
  const std::string body = handler_.error_body(error, status);
  write_head(Answer{.status = status, .content_type = "application/json", .header_lines = {}},
             body.size());
  auto sending = send({out_head_, body}, Then::finished);
  const auto sent = co_await std::move(sending);
  if (!sent) co_return;
  auto lingering = linger();
  co_await std::move(lingering);
}

// Closing with unread bytes resets the connection, and the reset may overtake the answer. So the
// client is given a moment to read it and to stop sending.
Task<> Connection::linger() {
  socket_.shutdown_send();
  const auto until = Clock::now() + linger_timeout;
  std::array<char, 4096> ignored;
  for (std::size_t total = 0; total < linger_bytes_max;) {
    auto reading = socket_.read_some(ignored, until);
    const auto size = co_await std::move(reading);
    if (!size || *size == 0) co_return;
    total += *size;
  }
}

void Connection::start_exchange() {
  abort_.reset();
  body_size_ = body_raw_size_ = 0;
  continue_sent_ = begun_ = head_pending_ = finished_ = false;
  busy_ = true;
  head_only_ = parser_.head().method() == "HEAD";
  chunked_ = !parser_.head().is_http_1_0();
  close_after_ = draining_ || !parser_.head().keep_alive();
}

void Connection::end_exchange() {
  watch_due_.clear();
  socket_.unwatch_peer();
  in_.consume(body_raw_size_);
  body_size_ = body_raw_size_ = 0;
  busy_ = false;
  if (draining_) close_after_ = true;
}

void Connection::begin_drain() {
  if (!busy_) {
    socket_.fail(Error{Errc::draining, Source::internal, Retry::never, "the server stops", {}});
  }
}

void Connection::end_drain() {
  if (!abort_) abort_.emplace();
  abort_->fire(Error{
      Errc::draining, Source::internal, Retry::never, "the gateway is stopping; try again", {}});
  options_.write_timeout = last_words_timeout;
  socket_.set_deadline(Clock::now() + last_words_timeout, "the server stops");
}

void Connection::on_watch_due(void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.socket_.watch_peer(&Connection::on_peer_gone, self);
}

void Connection::on_peer_gone(void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.abort_->fire(
      Error{Errc::cancelled, Source::client, Retry::never, "the client closed the connection", {}});
}

Result<bool> Connection::take_body(std::size_t bytes_max) {
  if (parser_.message_complete()) return true;
  const auto fresh = in_.unread_bytes().subspan(body_size_);
  const auto step = parser_.parse_body(fresh);
  if (!step) return std::unexpected(step.error());
  if (step->complete) {
    body_raw_size_ = body_size_ + step->consumed;
  } else {
    in_.drop_last(fresh.size() - step->payload);
  }
  body_size_ += step->payload;
  if (body_size_ > bytes_max) {
    return client_error(Errc::body_too_large,
                        fmt::format("the request's body exceeds {} bytes", bytes_max));
  }
  return step->complete;
}

Task<Result<>> Connection::read_more_body() {
  if (wants_continue() && body_size_ == 0) {
    continue_sent_ = true;
    auto sending = socket_.write({interim_continue});
    const auto sent = co_await std::move(sending);
    if (!sent) co_return std::unexpected(sent.error());
  }
  // Memory grows with what has come, not with what was announced.
  auto reading = socket_.read_some(in_.prepare(1024), Clock::now() + options_.body_timeout);
  const auto size = co_await std::move(reading);
  if (!size) co_return std::unexpected(size.error());
  if (*size == 0) {
    co_return client_error(Errc::request_timeout, "the request's body did not arrive in time");
  }
  in_.commit(*size);
  co_return Result<>{};
}

bool Connection::wants_continue() const noexcept {
  if (continue_sent_ || parser_.head().is_http_1_0()) return false;
  const auto expect = parser_.head().find("expect");
  return expect && http::equals_ignoring_case(*expect, "100-continue");
}

Task<Result<>> Connection::send(WriteBuffers bytes, Then then) {
  // Pieces of a stream do not wait for others.
  using enum Socket::Goes;
  auto written = socket_.write_now(bytes, then == Then::finished ? with_turn : at_once);
  if (written && !bytes.empty()) {
    socket_.set_deadline(Clock::now() + options_.write_timeout, "sending to the client");
    auto writing = socket_.write(bytes);
    written = co_await std::move(writing);
    socket_.clear_deadline();
  }
  if (then == Then::finished) finished_ = written.has_value();
  co_return written;
}

}  // namespace tollway::net
