// Names to addresses, off the loops.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "net/abort.hpp"
#include "net/loop.hpp"

namespace tollway::net {

// Shared by all loops. Looks names up on a few threads of its own, one name at a time once however
// many ask for it, and remembers the answers. A name that gets no answer holds one thread and lets
// its callers go when their deadline comes; the others go on. Thread-safe; resolve() is called on
// the loop's thread. Destroying it lets go of lookups that are stuck, without waiting for them; no
// resolve() may be under way then.
class Resolver {
 public:
  using Addresses = std::vector<asio::ip::address>;
  // Blocks until it knows. Called on several threads at once; addresses in order of preference.
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;
  struct Options {
    Lookup lookup;  // empty: the system's getaddrinfo
    std::size_t threads_max = limits::resolver_threads_max;
    std::size_t queue_max = limits::resolver_queue_max;
    Duration resolved_for = limits::resolved_for;
    Duration unresolved_for = limits::unresolved_for;
    std::function<TimePoint()> now = &Clock::now;  // for the age of answers
  };

  Resolver() : Resolver(Options{}) {}
  explicit Resolver(Options options);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The addresses of `host`, at least one. A literal address needs no lookup.
  // Errors: dns_failed (also when `deadline` comes first), or the abort's reason.
  [[nodiscard]] Task<Result<Addresses>> resolve(Loop& loop, std::string host, TimePoint deadline,
                                                Abort& abort);

 private:
  struct State;
  struct Waiter;
  class Registration;
  std::shared_ptr<State> state_;
};

// What the system says, by its hosts file and name servers.
[[nodiscard]] Result<Resolver::Addresses> look_up_by_system(const std::string& host);

}  // namespace tollway::net
