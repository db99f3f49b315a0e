#include "dispatch/dispatch.hpp"

#include <algorithm>

namespace tollway::dispatch {
namespace {

constexpr std::size_t head_usual = 1000;  // glibc keeps a quick list up to 1,032 bytes

}  // namespace

net::Task<Result<>> Dispatch::start(const Outgoing& outgoing, net::Abort& abort,
                                    std::optional<net::ClientCall>& call,
                                    net::ClientCall::Times& times) {
  std::string head;
  head.reserve(head_usual);
  outgoing.provider.write_head({.method = outgoing.method,
                                .path = outgoing.path,
                                .query = outgoing.query,
                                .model = outgoing.model,
                                .client_head = outgoing.client_head,
                                .body_size = outgoing.body.size()},
                               head);
  net::ClientRequest request{
      .origin = outgoing.provider.origin(),
      .addresses = outgoing.provider.addresses(),
      .head = head,
      .body = outgoing.body,
      .no_answer_body = outgoing.method == "HEAD",
      .timeouts = timeouts_,
      .begun = outgoing.begun,
  };
  request.timeouts.total = std::min(timeouts_.total, outgoing.ends_by - outgoing.begun);
  request.timeouts.first_byte = std::min(timeouts_.first_byte, outgoing.first_byte_max);
  call.emplace(pool_, abort);
  auto sending = call->send(request);
  auto sent = co_await std::move(sending);
  times = call->times();
  if (!sent) call.reset();
  co_return sent;
}

routing::FailureClass class_of(const Error& error) noexcept {
  using routing::FailureClass;
  switch (error.code) {
    case Errc::connect_failed:
    case Errc::connection_lost:
      return FailureClass::transient;
    case Errc::dns_failed:
    case Errc::connect_timeout:
    case Errc::address_refused:
    case Errc::tls_failed:
    case Errc::upstream_timeout:
    case Errc::upstream_invalid:
    case Errc::upstream_too_large:
      return FailureClass::broken;
    default:
      return FailureClass::client;
  }
}

}  // namespace tollway::dispatch
