#include "client/runtime.hpp"

#include <csignal>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/error.hpp"

namespace tollway {
namespace {

// What waits for the runtimes that end on their own threads. The program's exit waits for it in
// turn: libraries that those threads are using take themselves apart then.
struct Endings {
  std::mutex mutex;
  std::thread last;  // waits for the one before it first
};

thread_local bool ended_own_runtime = false;

void wait_for_endings(Endings& endings) {
  const std::lock_guard lock(endings.mutex);
  if (!endings.last.joinable()) return;
  // On such a thread itself there is nothing to wait for: it is the one that is waited for.
  if (ended_own_runtime) return endings.last.detach();
  endings.last.join();
}

Endings& endings() {
  static auto& all = *new Endings;  // threads may come by after everything static has gone
  [[maybe_unused]] static const int at_exit = std::atexit([] { wait_for_endings(all); });
  return all;
}

}  // namespace

Runtime::Parts::Parts(std::shared_ptr<net::ssl::context> tls, net::ProxySettings proxy)
    : pool(loop, resolver, std::move(tls), {.proxy = std::move(proxy)}) {}

Result<std::unique_ptr<Runtime::Parts>> Runtime::Parts::create() {
  auto tls = net::make_client_tls();
  if (!tls) return std::unexpected(std::move(tls.error()));
  auto proxy = net::proxy_from_environment();
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  auto parts = std::make_unique<Parts>(std::move(*tls), std::move(*proxy));

  // Signals are the program's own business: none is delivered to this thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Result<> started;
  try {
    parts->thread = std::thread([&loop = parts->loop] {
      const auto stay = net::asio::make_work_guard(loop.io());
      loop.run();
    });
  } catch (const std::system_error& error) {
    started = internal_error("the runtime's thread cannot be started", error.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!started) return std::unexpected(std::move(started.error()));
  return parts;
}

client::Engine& Runtime::Parts::engine(const settings::RoutingSettings& settings) {
  std::call_once(engine_once, [&] { the_engine.emplace(settings); });
  return *the_engine;
}

void Runtime::Parts::end(std::unique_ptr<Parts> parts) {
  if (parts == nullptr) return;
  if (parts->on_own_thread()) {
    end_elsewhere(std::move(parts));
    return;
  }
  parts->loop.post([&parts = *parts] {
    parts.ending = true;
    for (net::Abort* const abort : parts.aborts) abort->fire(client::cancelled());
    parts.stop_if_quiet();
  });
  parts->thread.join();
}

void Runtime::Parts::end_elsewhere(std::unique_ptr<Parts> parts) {
  ended_own_runtime = true;
  Endings& all = endings();
  const std::lock_guard lock(all.mutex);
  all.last = std::thread([before = std::move(all.last), parts = std::move(parts)]() mutable {
    if (before.joinable()) before.join();
    end(std::move(parts));
  });
}

void Runtime::Parts::stop_if_quiet() {
  if (!ending || !aborts.empty()) return;  // the last call comes by again
  if (loop.tasks().size() > 0) {
    // A call tells its end from within its task, which has a step or two to go.
    loop.post([this] { stop_if_quiet(); });
    return;
  }
  pool.clear();
  loop.stop();
}

Runtime::Runtime(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}

Runtime::~Runtime() {
  Parts::end(std::move(parts_));
}

Result<std::shared_ptr<Runtime>> Runtime::create() {
  auto parts = Parts::create();
  if (!parts) return std::unexpected(std::move(parts.error()));
  return std::shared_ptr<Runtime>(new Runtime(std::move(*parts)));
}

Result<std::shared_ptr<Runtime>> Runtime::shared() {
  static std::mutex mutex;
  static std::weak_ptr<Runtime> current;
  const std::lock_guard lock(mutex);
  if (auto runtime = current.lock()) return runtime;
  auto created = create();
  if (created) current = *created;
  return created;
}

namespace client {

ActiveCall::ActiveCall(Runtime::Parts& parts)
    : parts_(parts), place_(parts.aborts.insert(parts.aborts.end(), &abort_)) {
  if (parts.ending) abort_.fire(cancelled());
}

ActiveCall::~ActiveCall() {
  parts_.aborts.erase(place_);
  if (parts_.ending) parts_.loop.post([&parts = parts_] { parts.stop_if_quiet(); });
}

CancelOnStop::CancelOnStop(Runtime::Parts& parts, ActiveCall& call, std::stop_token token)
    : call_(std::make_shared<ActiveCall*>(&call)),
      callback_(std::move(token), Post{.parts = parts, .call = call_}) {}

CancelOnStop::~CancelOnStop() {
  *call_ = nullptr;
}

void CancelOnStop::Post::operator()() const {
  parts.loop.post([target = call] {
    if (*target != nullptr) (*target)->abort().fire(cancelled());
  });
}

Error cancelled() {
  return client_error(Errc::cancelled, "the call was cancelled").error();
}

}  // namespace client
}  // namespace tollway
