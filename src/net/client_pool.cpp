#include "net/client_pool.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace tollway::net {

ClientPool::ClientPool(Loop& loop, Resolver& resolver, std::shared_ptr<ssl::context> tls,
                       Options options)
    : state_(std::make_unique<State>(loop, resolver, std::move(tls), std::move(options))) {}

ClientPool::~ClientPool() = default;

void ClientPool::clear() noexcept {
  for (auto& [key, origin] : state_->origins) origin->idle.clear();
}

ClientPool::State::State(Loop& the_loop, Resolver& the_resolver,
                         std::shared_ptr<ssl::context> context, Options the_options)
    : loop(the_loop),
      resolver(the_resolver),
      tls(std::move(context)),
      options(std::move(the_options)),
      eviction(
          the_loop.deadlines(), [](void* self) { static_cast<State*>(self)->evict(); }, this) {}

PooledOrigin& ClientPool::State::origin_of(const ClientRequest& request) {
  const auto found = origins.find(KeyView{request.origin, request.addresses});
  if (found != origins.end()) return *found->second;
  PoolKey key{request.origin, request.addresses};
  auto made = std::make_unique<PooledOrigin>(key);
  return *origins.emplace(std::move(key), std::move(made)).first->second;
}

std::unique_ptr<PooledConnection> ClientPool::State::take_idle(PooledOrigin& origin) {
  while (!origin.idle.empty()) {
    auto connection = std::move(origin.idle.back());
    origin.idle.pop_back();
    // What came while nobody had asked is not an answer to what is asked next (tests.md U25).
    if (connection->socket.is_quiet()) return connection;
  }
  return nullptr;
}

void ClientPool::State::give_back(std::unique_ptr<PooledConnection> connection) {
  PooledOrigin& origin = connection->origin;
  if (!connection->tls_session_kept && connection->socket.is_tls()) {
    origin.tls_session.keep(connection->socket.tls_handle());
    connection->tls_session_kept = true;
  }
  connection->socket.clear_deadline();
  connection->idle_until = Clock::now() + options.idle_timeout;
  if (eviction.when() > connection->idle_until) eviction.set(connection->idle_until);
  try {
    origin.idle.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
    return;  // it ends here; calls give back as they end, where nothing may be thrown
  }
  if (origin.idle.size() > options.idle_max) origin.idle.pop_front();
}

void ClientPool::State::evict() {
  const TimePoint now = Clock::now();
  TimePoint next = TimePoint::max();
  for (auto& [key, origin] : origins) {
    auto& idle = origin->idle;
    while (!idle.empty() && idle.front()->idle_until <= now) idle.pop_front();
    if (!idle.empty()) next = std::min(next, idle.front()->idle_until);
  }
  if (next != TimePoint::max()) eviction.set(next);
}

std::unique_ptr<AnswerReader> ClientPool::State::take_reader() {
  if (spare_readers.empty()) return std::make_unique<AnswerReader>();
  auto reader = std::move(spare_readers.back());
  spare_readers.pop_back();
  return reader;
}

void ClientPool::State::give_back(std::unique_ptr<AnswerReader> reader) {
  if (spare_readers.size() >= limits::answer_readers_spare_max) return;
  try {
    spare_readers.push_back(std::move(reader));
  } catch (const std::bad_alloc&) {
    // As above.
  }
}

}  // namespace tollway::net
