#include "dispatch/dispatch.hpp"

namespace tollway::dispatch {
namespace {

constexpr std::size_t head_usual = 1024;

}  // namespace

net::Task<Result<>> Dispatch::start(const Outgoing& outgoing, net::Abort& abort,
                                    std::optional<net::ClientCall>& call, Attempts& attempts) {
  std::string head;
  head.reserve(head_usual);
  provider_.write_head({.method = outgoing.method,
                        .path = outgoing.path,
                        .query = outgoing.query,
                        .client_head = outgoing.client_head,
                        .body_size = outgoing.body.size()},
                       head);
  const net::ClientRequest request{
      .origin = provider_.origin(),
      // Every origin so far comes from the operator's environment or is our own.
      .addresses = net::AddressPolicy::private_allowed,
      .head = head,
      .body = outgoing.body,
      .no_answer_body = outgoing.method == "HEAD",
      .timeouts = timeouts_,
  };
  for (;;) {
    ++attempts.count;
    call.emplace(pool_, abort);
    auto sending = call->send(request);
    auto sent = co_await std::move(sending);
    attempts.times = call->times();
    if (sent) co_return sent;
    call.reset();
    if (sent.error().code != Errc::connection_lost || attempts.count >= attempts_max) {
      co_return sent;
    }
  }
}

}  // namespace tollway::dispatch
