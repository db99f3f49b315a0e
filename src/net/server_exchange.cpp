#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>
#include <utility>

#include "http/head_writer.hpp"
#include "net/connection.hpp"

namespace tollway::net {
namespace {

// RFC 9110, 5.6.7; formatted once a second and thread.
std::string_view date_line() {
  thread_local std::time_t formatted_at = 0;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != formatted_at) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    formatted_at = now;
  }
  return {text.data(), size};
}

// An answer that comes this soon costs no watch for the client, which is a system call and a wait.
constexpr auto watch_after = std::chrono::milliseconds(20);

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

void Connection::write_head(const Answer& answer, std::optional<std::size_t> content_length) {
  // What the handler did not read of the request would be taken for the next one.
  if (!parser_.message_complete() && !close_after_) {
    const auto complete = take_body(limits::request_body_bytes_max);
    if (!complete || !*complete) close_after_ = true;
  }
  if (draining_) close_after_ = true;
  const bool streamed = !content_length && !has_no_body(answer.status);
  if (streamed && !chunked_) close_after_ = true;
  out_head_.clear();
  http::HeadWriter head(out_head_);
  head.status(answer.status);
  out_head_ += date_line();
  if (!answer.content_type.empty()) head.header("Content-Type", answer.content_type);
  if (content_length && !has_no_body(answer.status)) {
    head.header("Content-Length", std::uint64_t{*content_length});
  } else if (streamed && chunked_) {
    head.header("Transfer-Encoding", "chunked");
  }
  if (close_after_) {
    head.header("Connection", "close");
  } else if (!chunked_) {
    head.header("Connection", "keep-alive");  // HTTP/1.0 asks to be told
  }
  out_head_ += answer.header_lines;
  head.finish();
}

const http::Head& ServerExchange::head() const noexcept {
  return connection_.parser_.head();
}

std::string ServerExchange::remote_address() const {
  boost::system::error_code code;
  const auto remote = connection_.socket_.lowest().remote_endpoint(code);
  return code ? std::string("unknown") : remote.address().to_string();
}

Task<Result<std::string_view>> ServerExchange::read_body(std::size_t bytes_max) {
  Connection& connection = connection_;
  if (const auto announced = head().content_length(); announced && *announced > bytes_max) {
    connection.close_after_ = true;
    co_return client_error(
        Errc::body_too_large,
        fmt::format("the request's body has {} bytes, the limit is {}", *announced, bytes_max));
  }
  for (;;) {
    const auto complete = connection.take_body(bytes_max);
    if (!complete) {
      connection.close_after_ = true;
      co_return std::unexpected(complete.error());
    }
    if (*complete) break;
    auto reading = connection.read_more_body();
    const auto read = co_await std::move(reading);
    if (!read) {
      connection.close_after_ = true;
      co_return std::unexpected(read.error());
    }
  }
  co_return connection.in_.unread().substr(0, connection.body_size_);
}

void ServerExchange::release_body() {
  connection_.in_.consume(connection_.body_raw_size_);
  connection_.body_size_ = connection_.body_raw_size_ = 0;
  connection_.in_.release();
}

Task<Result<>> ServerExchange::respond(Answer answer, std::string_view body) {
  connection_.begun_ = true;
  connection_.write_head(answer, body.size());
  const bool omit = connection_.head_only_ || has_no_body(answer.status);
  return connection_.send({connection_.out_head_, omit ? std::string_view() : body},
                          Connection::Then::finished);
}

void ServerExchange::begin(const Answer& answer) {
  connection_.begun_ = true;
  connection_.write_head(answer, std::nullopt);
  connection_.head_pending_ = true;
  if (has_no_body(answer.status)) connection_.head_only_ = true;
}

Task<Result<>> ServerExchange::flush_head() {
  return connection_.write_chunk({}, Connection::Then::more);
}

Task<Result<>> ServerExchange::write(std::string_view bytes) {
  return connection_.write_chunk(bytes, Connection::Then::more);
}

Task<Result<>> ServerExchange::finish(std::string_view last) {
  return connection_.write_chunk(last, Connection::Then::finished);
}

Task<Result<>> Connection::write_chunk(std::string_view bytes, Then then) {
  const std::string_view head =
      std::exchange(head_pending_, false) ? out_head_ : std::string_view();
  if (head_only_) return send({head}, then);
  if (!chunked_) return send({head, bytes}, then);
  const bool last = then == Then::finished;
  if (bytes.empty()) return send({head, last ? "0\r\n\r\n" : ""}, then);
  char* const begin = size_line_.data();
  char* end = std::to_chars(begin, begin + size_line_.size() - 2, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return send({head, {begin, end}, bytes, last ? "\r\n0\r\n\r\n" : "\r\n"}, then);
}

bool ServerExchange::begun() const noexcept {
  return connection_.begun_;
}

Abort& ServerExchange::abort() {
  Connection& connection = connection_;
  if (!connection.abort_) {
    connection.abort_.emplace();
    connection.watch_due_.set(Clock::now() + watch_after);
  }
  return *connection.abort_;
}

void ServerExchange::close_after() noexcept {
  connection_.close_after_ = true;
}

}  // namespace tollway::net
