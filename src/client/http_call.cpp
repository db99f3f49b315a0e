#include "client/http_call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "client/runtime.hpp"
#include "client/waiting.hpp"
#include "http/head_writer.hpp"

namespace tollway::client {
namespace {

using Done = std::function<void(Result<HttpAnswer>)>;

net::Task<Result<HttpAnswer>> exchange(Runtime::Parts& parts, const HttpCall& call,
                                       net::Abort& abort) {
  const Secret head = write_request_head({call.method, call.target}, call.origin,
                                         call.authentication, call.headers, call.body.size());
  net::ClientCall upstream(parts.pool, abort);
  const net::ClientTimeouts timeouts{
      .connect = std::min<net::Duration>(limits::connect_timeout, call.timeout),
      .first_byte = call.timeout,
      .between_bytes = call.timeout,
      .total = call.timeout};
  auto sending = upstream.send({.origin = call.origin,
                                .addresses = call.addresses,
                                .head = head.reveal(),
                                .body = call.body,
                                .no_answer_body = call.method == "HEAD",
                                .timeouts = timeouts});
  const auto sent = co_await std::move(sending);
  if (!sent) co_return std::unexpected(sent.error());

  HttpAnswer answer{.status = upstream.head().status(), .head = upstream.head(), .body = {}};
  for (;;) {
    auto reading = upstream.read();
    const auto piece = co_await std::move(reading);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->what == net::ClientCall::Read::end) co_return answer;
    if (answer.body.size() + piece->bytes.size() > call.answer_bytes_max) {
      co_return upstream_error(Errc::upstream_too_large,
                               fmt::format("{} answered with more than {} bytes",
                                           call.origin.to_string(), call.answer_bytes_max));
    }
    answer.body += piece->bytes;
  }
}

net::Task<> run(Runtime::Parts& parts, HttpCall call, Done done) {
  Result<HttpAnswer> result = std::unexpected(cancelled());
  {
    ActiveCall active(parts);
    if (!active.abort().fired()) {
      auto exchanging = exchange(parts, call, active.abort());
      result = co_await std::move(exchanging);
    }
  }
  done(std::move(result));
}

}  // namespace

Secret write_request_head(RequestLine line, const http::Origin& origin,
                          const Authentication& authentication, const HeaderLines& headers,
                          std::size_t body_size) {
  std::string out;
  // Growing would leave copies of the credential behind.
  std::size_t size = 256 + line.target.size() + origin.host.size() + authentication.header.size() +
                     authentication.value.reveal().size();
  for (const auto& [name, value] : headers) size += name.size() + value.size() + 4;
  out.reserve(size);
  http::HeadWriter head(out);
  head.request(line.method, line.target);
  head.header("Host", origin.host_header());
  if (!authentication.value.empty()) {
    head.header(authentication.header, authentication.value.reveal());
  }
  head.header("User-Agent", "tollway/" TOLLWAY_VERSION);
  head.header("Accept-Encoding", "identity");
  for (const auto& [name, value] : headers) head.header(name, value);
  if (body_size > 0) head.header("Content-Type", "application/json");
  if (body_size > 0 || line.method == "POST") {
    head.header("Content-Length", std::uint64_t{body_size});
  }
  head.finish();
  return Secret(std::move(out));
}

Result<HttpAnswer> http_call(Runtime& runtime, HttpCall call) {
  return wait_for<HttpAnswer>(runtime.parts(), [&runtime, &call](Done done) {
    async_http_call(runtime, std::move(call), std::move(done));
  });
}

void async_http_call(Runtime& runtime, HttpCall call, Done done) {
  Runtime::Parts& parts = runtime.parts();
  parts.loop.post([&parts, call = std::move(call), done = std::move(done)]() mutable {
    parts.loop.tasks().spawn(run(parts, std::move(call), std::move(done)));
  });
}

}  // namespace tollway::client
