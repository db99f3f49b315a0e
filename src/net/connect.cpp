#include <fmt/format.h>

#include <memory>
#include <utility>

#include "net/client_pool.hpp"
#include "net/dial.hpp"
#include "net/proxy.hpp"
#include "net/socket_abort.hpp"

namespace tollway::net {
namespace {

// What follows the dialling: the proxy's tunnel and TLS, where they are due.
Task<Result<>> set_up(PooledConnection& connection, std::shared_ptr<ssl::context> tls,
                      const ProxySettings* proxy) {
  const http::Origin& origin = connection.origin.key.origin;
  Socket& socket = connection.socket;
  if (proxy != nullptr) {
    auto tunnelling = open_tunnel(socket, *proxy, origin);
    if (auto open = co_await std::move(tunnelling); !open) co_return open;
  }
  if (!origin.tls) co_return Result<>{};
  const auto session = connection.origin.tls_session.resume();
  auto shaking_hands = socket.handshake_as_client(std::move(tls), origin.host, session.get());
  co_return co_await std::move(shaking_hands);
}

// A proxy resolves names by itself; an address that is written out can be judged here.
Result<> check_literal(const PoolKey& key) {
  boost::system::error_code not_literal;
  const auto address = asio::ip::make_address(key.origin.host, not_literal);
  if (not_literal) return {};
  return check_address(address, key.addresses);
}

}  // namespace

Task<Result<std::unique_ptr<PooledConnection>>> ClientPool::State::connect(PooledOrigin& origin,
                                                                           TimePoint deadline,
                                                                           Abort& abort) {
  const PoolKey& key = origin.key;
  DialTarget target{key.origin.host, key.origin.port, key.addresses};
  const ProxySettings* const proxy =
      uses_proxy(options.proxy, key.origin) ? &options.proxy : nullptr;
  if (proxy != nullptr) {
    if (auto allowed = check_literal(key); !allowed) {
      co_return std::unexpected(std::move(allowed.error()));
    }
    // The proxy is the operator's choice.
    target = {proxy->https_proxy->host, proxy->https_proxy->port, AddressPolicy::private_allowed};
  }
  auto dialling = dial(loop, resolver, std::move(target), deadline, abort);
  auto dialled = co_await std::move(dialling);
  if (!dialled) co_return std::unexpected(std::move(dialled.error()));

  auto connection = std::make_unique<PooledConnection>(loop, std::move(*dialled), origin);
  const SocketAbort aborting(abort, connection->socket);
  connection->socket.set_deadline(deadline, "connecting");
  auto setting_up = set_up(*connection, tls, proxy);
  auto ready = co_await std::move(setting_up);
  if (ready) co_return std::move(connection);
  if (ready.error().code == Errc::upstream_timeout && !abort.fired()) {
    co_return upstream_error(
        Errc::connect_timeout,
        fmt::format("connecting to {} took too long: no answer to the {}", key.origin.to_string(),
                    connection->socket.is_tls() ? "TLS handshake" : "proxy's CONNECT"));
  }
  co_return std::unexpected(std::move(ready.error()));
}

}  // namespace tollway::net
