#include "dispatch/dispatch.hpp"

namespace tollway::dispatch {
namespace {

constexpr std::size_t head_usual = 1024;

}  // namespace

net::Task<Result<>> Dispatch::start(const Outgoing& outgoing, net::Abort& abort,
                                    std::optional<net::ClientCall>& call, Attempts& attempts) {
  std::string head;
  head.reserve(head_usual);
  outgoing.provider.write_head({.method = outgoing.method,
                                .path = outgoing.path,
                                .query = outgoing.query,
                                .model = outgoing.model,
                                .client_head = outgoing.client_head,
                                .body_size = outgoing.body.size()},
                               head);
  const net::ClientRequest request{
      .origin = outgoing.provider.origin(),
      .addresses = outgoing.provider.addresses(),
      .head = head,
      .body = outgoing.body,
      .no_answer_body = outgoing.method == "HEAD",
      .timeouts = timeouts_,
  };
  for (;;) {
    if (outgoing.observer != nullptr) {
      if (auto begun = outgoing.observer->begun(attempts.count + 1); !begun) co_return begun;
    }
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
    if (outgoing.observer != nullptr) outgoing.observer->failed(sent.error());
  }
}

}  // namespace tollway::dispatch
