// What a Runtime is made of, for the library's own sources.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "client/engine.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "net/resolver.hpp"
#include "tollway/runtime.hpp"

namespace tollway {

// Made by Runtime::create(). All but create(), end(), engine() and on_own_thread() belongs to the
// loop's thread; loop.post() is the way in.
struct Runtime::Parts {
  [[nodiscard]] static Result<std::unique_ptr<Parts>> create();
  Parts(std::shared_ptr<net::ssl::context> tls, net::ProxySettings proxy);
  ~Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // Aborts the calls under way with Errc::cancelled, waits until each has told its caller, and ends
  // the thread. On the runtime's own thread, which cannot wait for itself, another one does.
  static void end(std::unique_ptr<Parts> parts);
  [[nodiscard]] bool on_own_thread() const noexcept {
    return std::this_thread::get_id() == thread.get_id();
  }
  static void end_elsewhere(std::unique_ptr<Parts> parts);
  // Ends the loop once the runtime is ending and its last task has ended.
  void stop_if_quiet();

  // From any thread. The first to ask brings the settings.
  [[nodiscard]] client::Engine& engine(const settings::RoutingSettings& settings);

  std::once_flag engine_once;
  std::optional<client::Engine>
      the_engine;  // outlives the calls that the loop still holds at its end
  net::Loop loop;
  net::Resolver resolver;
  net::ClientPool pool;
  std::list<net::Abort*> aborts;  // of the calls under way
  bool ending = false;
  std::thread thread;
};

namespace client {

// One call under way, in its own task: what the runtime's end must abort and wait for.
class ActiveCall {
 public:
  explicit ActiveCall(Runtime::Parts& parts);
  ~ActiveCall();
  ActiveCall(const ActiveCall&) = delete;
  ActiveCall& operator=(const ActiveCall&) = delete;

  [[nodiscard]] net::Abort& abort() noexcept { return abort_; }

 private:
  Runtime::Parts& parts_;
  net::Abort abort_;
  std::list<net::Abort*>::iterator place_;
};

// Aborts a call when a stop is requested, from whatever thread. Lives no longer than the call.
class CancelOnStop {
 public:
  CancelOnStop(Runtime::Parts& parts, ActiveCall& call, std::stop_token token);
  ~CancelOnStop();
  CancelOnStop(const CancelOnStop&) = delete;
  CancelOnStop& operator=(const CancelOnStop&) = delete;

 private:
  struct Post {
    Runtime::Parts& parts;
    std::shared_ptr<ActiveCall*> call;  // null, on the loop's thread, once the call is over
    void operator()() const;
  };
  std::shared_ptr<ActiveCall*> call_;
  std::stop_callback<Post> callback_;
};

// Errc::cancelled, by whoever made the call.
[[nodiscard]] Error cancelled();

}  // namespace client
}  // namespace tollway
