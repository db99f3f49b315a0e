// What ClientPool is made of, for its own sources and ClientCall's.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/answer_reader.hpp"
#include "net/client.hpp"
#include "net/resolver.hpp"
#include "net/tls.hpp"

namespace tollway::net {

class PooledConnection;

// Connections are shared by requests that agree in both, so that no check is bypassed by reuse.
struct PoolKey {
  http::Origin origin;
  AddressPolicy addresses;
};

// One origin's idle connections, the oldest first.
struct PooledOrigin {
  explicit PooledOrigin(PoolKey given) : key(std::move(given)) {}
  const PoolKey key;
  std::deque<std::unique_ptr<PooledConnection>> idle;
  TlsSession tls_session;
};

// A connection, in use or idle.
class PooledConnection {
 public:
  PooledConnection(Loop& loop, TcpSocket connected, PooledOrigin& home)
      : socket(loop, std::move(connected), Source::upstream), origin(home) {}

  Socket socket;
  PooledOrigin& origin;
  TimePoint idle_until{};
  bool tls_session_kept = false;
};

struct ClientPool::State {
  State(Loop& the_loop, Resolver& the_resolver, std::shared_ptr<ssl::context> context,
        Options the_options);

  [[nodiscard]] PooledOrigin& origin_of(const ClientRequest& request);
  // The youngest idle connection that can carry a request; null where there is none.
  [[nodiscard]] std::unique_ptr<PooledConnection> take_idle(PooledOrigin& origin);
  void give_back(std::unique_ptr<PooledConnection> connection);

  // A new connection, TLS and tunnel included. Errors as ClientCall::send's.
  [[nodiscard]] Task<Result<std::unique_ptr<PooledConnection>>> connect(PooledOrigin& origin,
                                                                        TimePoint deadline,
                                                                        Abort& abort);

  [[nodiscard]] std::unique_ptr<AnswerReader> take_reader();
  void give_back(std::unique_ptr<AnswerReader> reader);

  void evict();

  // References instead of copies, so that looking an origin up allocates nothing.
  struct KeyView {
    const http::Origin& origin;
    AddressPolicy addresses;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const KeyView& key) const noexcept {
      return std::hash<std::string_view>{}(key.origin.host) * 31 + key.origin.port;
    }
    std::size_t operator()(const PoolKey& key) const noexcept {
      return (*this)(KeyView{key.origin, key.addresses});
    }
  };
  struct Equal {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept {
      return left.addresses == right.addresses && left.origin == right.origin;
    }
  };

  Loop& loop;
  Resolver& resolver;
  std::shared_ptr<ssl::context> tls;
  Options options;
  // By the operator's configuration, hence few; never taken out, as connections point to them.
  std::unordered_map<PoolKey, std::unique_ptr<PooledOrigin>, Hash, Equal> origins;
  std::vector<std::unique_ptr<AnswerReader>> spare_readers;
  Deadline eviction;
};

}  // namespace tollway::net
