// Finds out about upstreams that nobody asks whether they are there.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "dispatch/standings.hpp"
#include "dispatch/upstreams.hpp"
#include "net/client.hpp"
#include "net/event.hpp"
#include "routing/failure.hpp"
#include "routing/random.hpp"

namespace tollway::dispatch {

// Asks each upstream that was used before, and then not for a while, for its list of models, which
// costs nothing; what comes of it is noted in the standing of all its endpoints. Any answer but a
// 5xx says that somebody is there. Belongs to one loop's thread; one upstream is asked one question
// at a time.
class IdleProbes {
 public:
  // All of it outlives this, which outlives the loop's tasks.
  IdleProbes(net::Loop& loop, net::ClientPool& pool, Standings& standings, std::uint64_t seed)
      : loop_(loop), pool_(pool), standings_(standings), random_(seed) {}

  // From now on: whom is probed, after how long without a request; zero: nobody is.
  void use(UpstreamsPointer upstreams, net::Duration idle);
  // Ends what is under way, for good.
  void stop();

  static constexpr net::ClientTimeouts timeouts{.connect = std::chrono::seconds(5),
                                                .first_byte = std::chrono::seconds(10),
                                                .total = std::chrono::seconds(10)};
  // After a failure, until the breakers are open: it may have been chance.
  static constexpr auto again_after = std::chrono::seconds(1);

 private:
  struct Asked {
    bool under_way = false;
    net::TimePoint due;
  };
  net::Task<> run();
  void look(net::TimePoint now);
  net::Task<> probe(Upstream upstream, Asked* asked);
  // Nullopt: this program is at fault, so that nothing is known.
  [[nodiscard]] net::Task<std::optional<routing::Probe>> ask(const Upstream& upstream);
  [[nodiscard]] bool is_idle(const Upstream& upstream, net::TimePoint now) const;
  [[nodiscard]] net::TimePoint next_after(const Upstream& upstream, net::TimePoint now);
  [[nodiscard]] net::Duration jittered(net::Duration usual);

  net::Loop& loop_;
  net::ClientPool& pool_;
  Standings& standings_;
  routing::Random random_;
  UpstreamsPointer upstreams_;
  net::Duration idle_{};
  std::map<std::pair<std::string, std::string>, Asked> asked_;  // by provider and key
  net::Event changed_{loop_};
  net::Abort abort_;
  bool running_ = false;
};

}  // namespace tollway::dispatch
