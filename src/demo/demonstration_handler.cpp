#include "demo/demonstration_handler.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <tuple>

#include "demo/demonstration.hpp"
#include "demo/failure.hpp"
#include "http/head_writer.hpp"
#include "net/event.hpp"

namespace tollway::demo {
namespace {

// "gen-<Unix seconds>-<20 letters and digits>", as OpenRouter's.
Moment new_moment(std::chrono::milliseconds token_gap) {
  constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::string suffix(20, '0');
  randombytes_buf(suffix.data(), suffix.size());
  for (char& c : suffix) c = letters[static_cast<unsigned char>(c) % letters.size()];
  return {.unix_seconds = seconds,
          .id = fmt::format("gen-{}-{}", seconds, suffix),
          .token_gap = token_gap};
}

// "chat/completions" of "/api/v1/chat/completions?x=1"; empty for what is elsewhere.
std::string_view route_of(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  if (!path.starts_with(base_path) || !path.substr(base_path.size()).starts_with('/')) return {};
  return path.substr(base_path.size() + 1);
}

std::string header_lines_of(const Answer& answer) {
  std::string lines;
  http::HeadWriter writer(lines);
  for (const auto& [name, value] : answer.headers) writer.header(name, value);
  return lines;
}

}  // namespace

bool DemonstrationHandler::is_authentic(const http::Head& head) const {
  constexpr std::string_view scheme = "Bearer ";
  const auto given = head.find("authorization");
  const std::string_view expected = secret_.reveal();
  if (!given || !given->starts_with(scheme) || expected.empty()) return false;
  const auto token = given->substr(scheme.size());
  return token.size() == expected.size() &&
         sodium_memcmp(token.data(), expected.data(), expected.size()) == 0;
}

Answer DemonstrationHandler::answer_to(const http::Head& head, std::string_view body) const {
  const Moment moment = new_moment(options_.token_gap);
  return answer({.method = head.method() == "HEAD" ? "GET" : head.method(),
                 .path = route_of(head.target()),
                 .body = body,
                 .moment = moment});
}

net::Task<> DemonstrationHandler::handle(net::ServerExchange& exchange) {
  if (!is_authentic(exchange.head())) {
    const Answer refusal =
        failure(401, demo::error_body(401, "this provider serves the process it is part of"));
    auto sending = send(exchange, refusal);
    co_return co_await std::move(sending);
  }
  auto reading = exchange.read_body();
  const auto body = co_await std::move(reading);
  if (!body) {
    if (body.error().code != Errc::body_too_large) co_return;
    const Answer refusal = failure(413, demo::error_body(413, body.error().message));
    auto sending = send(exchange, refusal);
    co_return co_await std::move(sending);
  }
  const Answer answered = answer_to(exchange.head(), *body);
  exchange.release_body();
  auto sending = send(exchange, answered);
  co_await std::move(sending);
}

net::Task<> DemonstrationHandler::send(net::ServerExchange& exchange, const Answer& answer) {
  const std::string lines = header_lines_of(answer);
  const net::Answer head{
      .status = answer.status, .content_type = answer.content_type, .header_lines = lines};
  const bool whole = answer.pieces.size() == 1 && !answer.cut;
  if (!whole) exchange.begin(head);
  net::Event never(loop_);
  auto due = net::Clock::now();
  for (const Piece& piece : answer.pieces) {
    due += piece.delay;
    if (piece.delay.count() > 0) {
      net::Abort& abort = exchange.abort();
      auto waiting = never.wait(due, abort);
      std::ignore = co_await std::move(waiting);
      if (abort.fired()) co_return;
    }
    auto writing = whole ? exchange.respond(head, piece.data) : exchange.write(piece.data);
    const auto written = co_await std::move(writing);
    if (!written || whole) co_return;
  }
  if (answer.cut) co_return;  // unfinished: the client sees the connection break
  auto finishing = exchange.finish();
  std::ignore = co_await std::move(finishing);
}

std::string DemonstrationHandler::error_body(const Error& error, int status) {
  return demo::error_body(status, error.message);
}

}  // namespace tollway::demo
