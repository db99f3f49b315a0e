#include "net/resolver.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/event.hpp"

namespace tollway::net {

struct Resolver::Waiter {
  explicit Waiter(Loop& loop) : event(loop), executor(loop.executor()) {}
  Event event;  // touched on the loop's thread only
  Executor executor;
  std::optional<Result<Addresses>> answer;  // written before the event is posted
};

// Shared with the threads, which may be stuck in a lookup when everybody else is gone.
struct Resolver::State {
  struct Name {
    bool asked = false;  // queued or being looked up
    std::vector<std::shared_ptr<Waiter>> waiters;
    std::optional<Result<Addresses>> answer;
    TimePoint stale_at{};
  };

  explicit State(Options given) : options(std::move(given)) {}

  [[nodiscard]] Result<> enqueue(const std::shared_ptr<State>& self, const std::string& host);
  [[nodiscard]] bool make_room();
  void work();
  void answer(const std::string& host, Result<Addresses> result);

  const Options options;
  std::mutex mutex;  // guards all below
  std::condition_variable wake;
  std::unordered_map<std::string, Name> names;
  std::deque<std::string> queue;
  std::size_t threads = 0;
  std::size_t idle = 0;
  bool stopping = false;
};

// A waiter's place in the line. Once it is gone, no thread posts to the waiter's loop any more.
class Resolver::Registration {
 public:
  Registration(std::shared_ptr<State> state, std::string host, std::shared_ptr<Waiter> waiter)
      : state_(std::move(state)), host_(std::move(host)), waiter_(std::move(waiter)) {}
  ~Registration() {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->names.find(host_);
    if (found != state_->names.end()) std::erase(found->second.waiters, waiter_);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::string host_;
  std::shared_ptr<Waiter> waiter_;
};

Resolver::Resolver(Options options) {
  if (!options.lookup) options.lookup = &look_up_by_system;
  state_ = std::make_shared<State>(std::move(options));
}

Resolver::~Resolver() {
  const std::lock_guard lock(state_->mutex);
  state_->stopping = true;
  state_->wake.notify_all();
}

Task<Result<Resolver::Addresses>> Resolver::resolve(Loop& loop, std::string host,
                                                    TimePoint deadline, Abort& abort) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};

  const auto state = state_;
  const auto waiter = std::make_shared<Waiter>(loop);
  {
    const std::lock_guard lock(state->mutex);
    const auto found = state->names.find(host);
    if (found != state->names.end() && found->second.answer &&
        state->options.now() < found->second.stale_at) {
      co_return *found->second.answer;
    }
    if (const auto asked = state->enqueue(state, host); !asked) {
      co_return std::unexpected(asked.error());
    }
    state->names[host].waiters.push_back(waiter);
  }
  const Registration registration(state, host, waiter);
  auto waiting = waiter->event.wait(deadline, abort);
  const auto woken = co_await std::move(waiting);
  if (woken == Event::Woken::aborted) co_return std::unexpected(abort.reason());
  if (woken == Event::Woken::set) co_return std::move(*waiter->answer);
  co_return upstream_error(Errc::dns_failed,
                           fmt::format("looking up {} got no answer in time", host));
}

// Has `host` looked up unless it already is. The lock is held.
Result<> Resolver::State::enqueue(const std::shared_ptr<State>& self, const std::string& host) {
  if (const auto found = names.find(host); found != names.end() && found->second.asked) return {};
  if (queue.size() >= options.queue_max || !make_room()) {
    return upstream_error(
        Errc::dns_failed,
        fmt::format("{} cannot be looked up: {} names wait already", host, queue.size()));
  }
  if (queue.size() >= idle && threads < options.threads_max) {
    try {
      std::thread([self] { self->work(); }).detach();
      ++threads;
    } catch (const std::system_error& e) {
      if (threads == 0) {
        return upstream_error(Errc::dns_failed,
                              fmt::format("{} cannot be looked up: {}", host, e.what()));
      }
    }
  }
  queue.push_back(host);
  names[host].asked = true;
  wake.notify_one();
  return {};
}

// Keeps the memory bounded: forgets what is stale, or else any answer. The lock is held.
bool Resolver::State::make_room() {
  if (names.size() < limits::resolver_names_max) return true;
  const auto now = options.now();
  std::erase_if(names, [now](const auto& entry) {
    return !entry.second.asked && entry.second.stale_at <= now;
  });
  if (names.size() < limits::resolver_names_max) return true;
  return std::erase_if(names, [](const auto& entry) { return !entry.second.asked; }) > 0;
}

void Resolver::State::work() {
  std::unique_lock lock(mutex);
  while (true) {
    ++idle;
    wake.wait(lock, [this] { return stopping || !queue.empty(); });
    --idle;
    if (stopping) return;
    const std::string host = std::move(queue.front());
    queue.pop_front();
    if (names[host].waiters.empty()) {  // everybody has given up
      names.erase(host);
      continue;
    }
    lock.unlock();
    Result<Addresses> result = options.lookup(host);
    if (result && result->empty()) {
      result = upstream_error(Errc::dns_failed, fmt::format("{} has no addresses", host));
    }
    lock.lock();
    if (stopping) return;
    answer(host, std::move(result));
  }
}

// Remembers what was found and tells those who wait. The lock is held, so that a waiter's loop
// cannot go away before the event is posted.
void Resolver::State::answer(const std::string& host, Result<Addresses> result) {
  Name& name = names[host];
  name.asked = false;
  name.stale_at = options.now() + (result ? options.resolved_for : options.unresolved_for);
  for (const auto& waiter : name.waiters) {
    waiter->answer = result;
    asio::post(waiter->executor, [waiter] { waiter->event.set(); });
  }
  name.waiters.clear();
  name.answer = std::move(result);
}

}  // namespace tollway::net
