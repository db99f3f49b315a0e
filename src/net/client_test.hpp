// A client on one loop, and what its tests send and expect.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "net/client.hpp"
#include "net/net_test.hpp"
#include "net/resolver.hpp"

namespace tollway::net::test {

// An answer, read to its end or its error.
struct Fetched {
  int status = 0;
  std::string content;
  Result<> result;
  bool reused = false;

  [[nodiscard]] Errc code() const { return result.error().code; }
  [[nodiscard]] const std::string& message() const { return result.error().message; }
};

class ClientTest : public testing::Test {
 protected:
  void make_pool(ClientPool::Options options = {}, std::shared_ptr<ssl::context> tls = nullptr) {
    pool_.emplace(loop_, resolver_, std::move(tls), std::move(options));
  }
  void SetUp() override { make_pool(); }

  static http::Origin plain_origin(std::uint16_t port) { return {false, "127.0.0.1", port}; }

  static Task<Fetched> fetch_all(ClientPool& pool, Abort& abort, http::Origin origin,
                                 std::string body, ClientTimeouts timeouts) {
    Fetched fetched;
    ClientCall call(pool, abort);
    const std::string head =
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n";
    auto sending = call.send({.origin = origin,
                              .addresses = AddressPolicy::private_allowed,
                              .head = head,
                              .body = body,
                              .timeouts = timeouts});
    fetched.result = co_await std::move(sending);
    fetched.reused = call.reused_connection();
    if (!fetched.result) co_return fetched;
    fetched.status = call.head().status();
    while (true) {
      auto reading = call.read();
      auto piece = co_await std::move(reading);
      if (!piece) fetched.result = std::unexpected(piece.error());
      if (!piece || piece->what == ClientCall::Read::end) co_return fetched;
      fetched.content += piece->bytes;
    }
  }

  Task<Fetched> fetching(http::Origin origin, std::string body = "{}") {
    return fetch_all(*pool_, abort_, std::move(origin), std::move(body), timeouts_);
  }
  Fetched fetch(http::Origin origin, std::string body = "{}") {
    return run(loop_, fetching(std::move(origin), std::move(body)));
  }
  Fetched fetch(const ScriptedPeer& peer, std::string body = "{}") {
    return fetch(plain_origin(peer.port()), std::move(body));
  }

  Loop loop_;
  Resolver resolver_;
  Abort abort_;
  ClientTimeouts timeouts_;
  std::optional<ClientPool> pool_;
};

inline const std::string ok_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace tollway::net::test
