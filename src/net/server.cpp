#include "net/server.hpp"

#include <fmt/format.h>

#include <boost/intrusive/list.hpp>
#include <exception>
#include <new>
#include <tuple>

#include "base/log.hpp"
#include "net/connection.hpp"

namespace tollway::net {
namespace {

constexpr auto as_tuple = asio::as_tuple(use_task);
constexpr auto accept_pause = std::chrono::milliseconds(100);
constexpr int accept_backlog = 4096;

}  // namespace

struct Server::State {
  State(Loop& the_loop, Handler& the_handler, ServerOptions the_options)
      : loop(the_loop),
        handler(the_handler),
        options(the_options),
        acceptor(the_loop.executor()),
        pause(the_loop.executor()),
        drain_deadline(the_loop.deadlines(), &State::on_drain_deadline, this) {}

  [[nodiscard]] Task<> accept_all();
  [[nodiscard]] Task<> wait_a_little();
  [[nodiscard]] Task<boost::system::error_code> accept_one();
  [[nodiscard]] Task<> serve(TcpSocket socket);
  void maybe_done();
  static void on_drain_deadline(void* self);

  Loop& loop;
  Handler& handler;
  ServerOptions options;
  std::shared_ptr<ssl::context> tls;
  TcpAcceptor acceptor;
  Timer pause;
  Deadline drain_deadline;
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections;
  std::size_t count = 0;
  bool accepting = false;
  bool short_of_resources = false;  // said once, until it is over
  bool draining = false;
  std::function<void()> done;
};

Server::Server(Loop& loop, Handler& handler, ServerOptions options)
    : state_(std::make_unique<State>(loop, handler, options)) {}

Server::~Server() = default;

void Server::set_tls(std::shared_ptr<ssl::context> context) {
  state_->tls = std::move(context);
}

std::size_t Server::connection_count() const noexcept {
  return state_->count;
}

Result<Tcp::endpoint> Server::listen(const Tcp::endpoint& address) {
  auto& acceptor = state_->acceptor;
  const auto where = fmt::format("{}:{}", address.address().to_string(), address.port());
  const auto failed = [&where](const boost::system::error_code& code) {
    return internal_error(fmt::format("cannot listen on {}: {}", where, code.message()));
  };
  boost::system::error_code code;
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  acceptor.open(address.protocol(), code);
  if (!code) acceptor.set_option(Tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.set_option(ReusePort(true), code);
  if (!code) acceptor.bind(address, code);
  if (!code) acceptor.listen(accept_backlog, code);
  if (code) return failed(code);
  auto bound = acceptor.local_endpoint(code);
  if (code) return failed(code);
  state_->accepting = true;
  state_->loop.tasks().spawn(state_->accept_all());
  return bound;
}

Task<> Server::State::wait_a_little() try {
  pause.expires_after(accept_pause);
  std::ignore = co_await pause.async_wait(as_tuple);  // cut short by a drain
} catch (const std::bad_alloc&) {
  short_of_resources = true;  // not even for a timer: whoever waits looks again
}

Task<boost::system::error_code> Server::State::accept_one() try {
  auto [code, socket] = co_await acceptor.async_accept(as_tuple);
  if (!code && !draining) loop.tasks().spawn(serve(std::move(socket)));
  co_return code;
} catch (const std::bad_alloc&) {
  co_return asio::error::no_memory;
}

Task<> Server::State::accept_all() {
  while (!draining) {
    // At the limit the kernel's backlog holds newcomers back until a connection ends.
    if (count >= options.connections_max) {
      auto pausing = wait_a_little();
      co_await std::move(pausing);
      continue;
    }
    auto accepting_one = accept_one();
    const auto code = co_await std::move(accepting_one);
    if (draining) break;
    if (!code) {
      short_of_resources = false;
      continue;
    }
    if (code == asio::error::connection_aborted) continue;  // gone before it was taken
    // Out of descriptors or memory: trying again at once would spin.
    if (!std::exchange(short_of_resources, true)) {
      log::warning("cannot accept connections for the moment: {}", code.message());
    }
    auto pausing = wait_a_little();
    co_await std::move(pausing);
  }
  accepting = false;
  maybe_done();
}

// However it ends it is counted no longer: for want of memory that is an exception.
Task<> Server::State::serve(TcpSocket socket) {
  ++count;
  std::exception_ptr failure;
  try {
    auto connection =
        std::make_unique<Connection>(loop, std::move(socket), handler, options, draining);
    connections.push_back(*connection);
    auto serving = Connection::serve(std::move(connection), tls);
    co_await std::move(serving);
  } catch (...) {
    failure = std::current_exception();
  }
  --count;
  maybe_done();
  if (failure) std::rethrow_exception(failure);
}

void Server::drain(TimePoint deadline, std::function<void()> done) {
  State& state = *state_;
  state.draining = true;
  state.done = std::move(done);
  boost::system::error_code ignored;  // closing an acceptor that never listened is fine
  state.acceptor.close(ignored);
  state.pause.cancel();
  for (auto it = state.connections.begin(); it != state.connections.end();) {
    Connection& connection = *it++;
    connection.begin_drain();
  }
  state.drain_deadline.set(deadline);
  state.maybe_done();
}

void Server::State::on_drain_deadline(void* self) {
  auto& state = *static_cast<State*>(self);
  for (auto it = state.connections.begin(); it != state.connections.end();) {
    Connection& connection = *it++;
    connection.end_drain();
  }
}

void Server::State::maybe_done() {
  if (draining && !accepting && count == 0 && done) {
    drain_deadline.clear();
    std::exchange(done, nullptr)();
  }
}

}  // namespace tollway::net
