#include "replay/replay_handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <tuple>

#include "base/log.hpp"
#include "http/head_writer.hpp"
#include "net/event.hpp"

namespace tollway::replay {
namespace {

namespace json = boost::json;
using recording::Exchange;

// What belongs to the recorded connection, or what the server writes itself.
bool is_served(std::string_view name) {
  constexpr std::array<std::string_view, 13> dropped{"connection",
                                                     "keep-alive",
                                                     "proxy-authenticate",
                                                     "proxy-authorization",
                                                     "proxy-connection",
                                                     "te",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "content-encoding",
                                                     "content-length",
                                                     "content-type",
                                                     "date"};
  return http::is_header_name(name) &&
         std::ranges::none_of(dropped, [name](std::string_view other) {
           return http::equals_ignoring_case(name, other);
         });
}

std::string_view content_type_of(const Exchange& recorded) {
  for (const auto& [name, value] : recorded.headers) {
    if (http::equals_ignoring_case(name, "content-type")) return value;
  }
  return {};
}

std::string header_lines_of(const Exchange& recorded) {
  std::string lines;
  http::HeadWriter writer(lines);
  for (const auto& [name, value] : recorded.headers) {
    if (is_served(name)) writer.header(name, value);
  }
  return lines;
}

std::string envelope(int status, std::string_view message) {
  const std::string_view type = status == 404 ? "not_found" : "invalid_request";
  return json::serialize(
      json::object{{"error", json::object{{"code", status},
                                          {"message", json::string_view(message)},
                                          {"metadata", json::object{{"error_type", type}}}}}});
}

}  // namespace

net::Task<> ReplayHandler::handle(net::ServerExchange& exchange) {
  auto reading = exchange.read_body();
  const auto body = co_await std::move(reading);
  if (!body) {
    if (body.error().code != Errc::body_too_large) co_return;
    auto refusing = refuse(exchange, 413, body.error().message);
    co_return co_await std::move(refusing);
  }
  const http::Head& head = exchange.head();
  const std::string_view method = head.method() == "HEAD" ? "GET" : head.method();
  const auto found = index_.find(method, head.target(), *body);
  if (found.exchange == nullptr) {
    // Without its query, where some vendors' keys are.
    log::warning("no recording matches {} {}", method,
                 head.target().substr(0, head.target().find('?')));
    auto refusing = refuse(exchange, 404, found.explanation);
    co_return co_await std::move(refusing);
  }
  auto answering = answer(exchange, *found.exchange);
  co_await std::move(answering);
}

net::Task<> ReplayHandler::answer(net::ServerExchange& exchange, const Exchange& recorded) {
  const std::string lines = header_lines_of(recorded);
  const net::Answer head{
      .status = recorded.status, .content_type = content_type_of(recorded), .header_lines = lines};
  const auto pieces = pieces_of(recorded, pace_);
  if (!recorded.streamed && !recorded.cut && pieces.size() <= 1) {
    auto responding = exchange.respond(head, pieces.empty() ? std::string_view() : pieces[0].data);
    std::ignore = co_await std::move(responding);  // a client that left is no matter here
    co_return;
  }
  exchange.begin(head);
  auto flushing = exchange.flush_head();
  if (const auto flushed = co_await std::move(flushing); !flushed) co_return;
  auto sending = send_pieces(exchange, pieces);
  const auto sent = co_await std::move(sending);
  if (!sent || recorded.cut) co_return;  // unfinished: the client sees the connection break
  auto finishing = exchange.finish();
  std::ignore = co_await std::move(finishing);
}

net::Task<Result<>> ReplayHandler::send_pieces(net::ServerExchange& exchange,
                                               const std::vector<Piece>& pieces) {
  net::Abort& abort = exchange.abort();
  net::Event never(loop_);
  auto due = net::Clock::now();
  for (const Piece& piece : pieces) {
    due += piece.delay;
    if (piece.delay.count() > 0) {
      auto waiting = never.wait(due, abort);
      std::ignore = co_await std::move(waiting);
    }
    if (abort.fired()) co_return std::unexpected(abort.reason());
    auto writing = exchange.write(piece.data);
    const auto written = co_await std::move(writing);
    if (!written) co_return written;
  }
  co_return Result<>{};
}

net::Task<> ReplayHandler::refuse(net::ServerExchange& exchange, int status,
                                  std::string_view message) {
  const std::string body = envelope(status, message);
  auto responding = exchange.respond(
      {.status = status, .content_type = "application/json", .header_lines = {}}, body);
  std::ignore = co_await std::move(responding);
}

std::string ReplayHandler::error_body(const Error& error, int status) {
  return envelope(status, error.message);
}

}  // namespace tollway::replay
