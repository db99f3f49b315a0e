#include "catalog/fetch.hpp"

#include <fmt/format.h>

#include <chrono>

#include "catalog/listing.hpp"
#include "catalog/seconds.hpp"
#include "http/head_writer.hpp"

namespace tollway::catalog {
namespace {

std::string head_of(const Source& source, std::string_view path, std::string_view etag) {
  static const http::Head no_client;
  std::string head;
  source.write_head(
      {.method = "GET", .path = path, .query = {}, .model = {}, .client_head = no_client}, head);
  if (etag.empty()) return head;
  std::string line;
  http::HeadWriter(line).header("If-None-Match", etag);
  constexpr std::size_t blank_line = 2;
  return head.insert(head.size() - blank_line, line);
}

net::Task<Result<std::string>> read_body(net::ClientCall& call, std::string_view name) {
  std::string body;
  for (;;) {
    auto reading = call.read();
    const auto piece = co_await std::move(reading);
    if (!piece) co_return std::unexpected(piece.error());
    body += piece->bytes;
    if (body.size() > Store::list_bytes_max) {
      co_return upstream_error(
          Errc::upstream_too_large,
          fmt::format("the list of {} is over {} bytes", name, Store::list_bytes_max));
    }
    if (piece->what == net::ClientCall::Read::end) co_return body;
  }
}

Result<> check(const Source& source, const Result<std::optional<KeptList>>& list) {
  if (!list) return std::unexpected(list.error());
  if (!*list) return {};
  const auto listing = read_listing(*source.description(), (*list)->body, (*list)->fetched_at);
  if (!listing) return std::unexpected(listing.error());
  return {};
}

}  // namespace

net::Task<Result<std::optional<KeptList>>> fetch_answer(net::ClientPool& pool, const Source& source,
                                                        std::string path, std::string etag,
                                                        net::Abort& abort,
                                                        net::ClientTimeouts timeouts) {
  const std::string head = head_of(source, path, etag);
  net::ClientCall call(pool, abort);
  auto sending = call.send({.origin = source.origin(),
                            .addresses = source.addresses(),
                            .head = head,
                            .body = {},
                            .timeouts = timeouts});
  if (const auto sent = co_await std::move(sending); !sent) co_return std::unexpected(sent.error());
  const int status = call.head().status();
  const std::string new_etag(call.head().find("etag").value_or(std::string_view()));
  auto reading = read_body(call, source.description()->name);
  auto body = co_await std::move(reading);
  if (!body) co_return std::unexpected(body.error());
  if (status == 304 && !etag.empty()) co_return std::nullopt;
  if (status != 200) {
    co_return upstream_error(
        Errc::upstream_error,
        fmt::format("{} answered {} when asked for {}", source.description()->name, status, path));
  }
  co_return KeptList{.fetched_at = seconds_now(), .etag = new_etag, .body = std::move(*body)};
}

net::Task<Result<std::optional<KeptList>>> fetch_list(net::ClientPool& pool, const Source& source,
                                                      std::string etag, net::Abort& abort,
                                                      net::ClientTimeouts timeouts) {
  const std::string whole = list_path(*source.description());
  const std::string plain = source.description()->models.path;
  auto asking = fetch_answer(pool, source, whole, etag, abort, timeouts);
  auto list = co_await std::move(asking);
  auto checked = check(source, list);
  // Servers in OpenRouter's place need not know its parameters.
  const bool answered = list || list.error().code == Errc::upstream_error;
  if (!checked && answered && whole != plain) {
    auto again = fetch_answer(pool, source, plain, std::move(etag), abort, timeouts);
    list = co_await std::move(again);
    checked = check(source, list);
  }
  if (!checked) co_return std::unexpected(checked.error());
  co_return list;
}

}  // namespace tollway::catalog
