// One request on its way through the gateway, and what every request shares.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/recycler.hpp"
#include "dispatch/dispatch.hpp"
#include "dispatch/endpoints.hpp"
#include "gateway/attempt.hpp"
#include "gateway/candidates.hpp"
#include "gateway/cost_alerts.hpp"
#include "gateway/error_response.hpp"
#include "gateway/gateway_keys.hpp"
#include "gateway/ledger_reader.hpp"
#include "gateway/newest_prices.hpp"
#include "gateway/request_reader.hpp"
#include "gateway/settlement.hpp"
#include "gateway/silence.hpp"
#include "gateway/throughput_guard.hpp"
#include "gateway/token_counter.hpp"
#include "ledger/journal.hpp"
#include "net/server.hpp"
#include "observe/access_log.hpp"
#include "recording/recorder.hpp"
#include "routing/affinity.hpp"
#include "routing/course.hpp"
#include "routing/decide.hpp"
#include "routing/retry_budget.hpp"

namespace tollway::catalog {
class Refresher;
}

namespace tollway::gateway {

struct Route;

struct GatewayOptions {
  bool authenticate = true;  // false only on loopback
  std::size_t request_body_bytes_max = limits::request_body_bytes_max;
  net::Duration queue_delay_max = limits::queue_delay_max;  // of the loop
  net::Duration silence_before_comment = limits::silence_before_comment;
  ThroughputDemand demand;
};

// What the decisions of one loop share.
struct Routing {
  routing::Router router;
  routing::Random random;
  routing::RetryBudget& budget;         // of all loops
  routing::Line& line;                  // of all loops
  routing::CourseOptions options = {};  // for requests that arrive from now on
  Recycler<routing::Course> courses{limits::requests_spare_max};
  const routing::Strategy* strategy = nullptr;
  routing::Affinity* affinity = nullptr;  // of all loops; null: nobody remembers conversations
  bool keep_explanations = false;         // of all requests, in their access records
};

// What one loop's requests share. Outlives them.
struct Services {
  const GatewayOptions& options;
  const GatewayKeys& keys;
  // Who is asked, by requests that arrive from now on, and how.
  dispatch::Endpoints& endpoints;
  const dispatch::Standings& standings;
  Routing& routing;
  dispatch::Dispatch& dispatch;
  observe::AccessLog& access_log;
  recording::Recorder* recorder;  // null: nothing is recorded
  ledger::Journal* journal;       // null: nothing is written down of what is spent
  NewestPrices& prices;
  net::Loop& loop;
  LedgerReader* ledger_reader;  // null where there is no ledger
  TokenCounter* tokens;         // null: what nobody states is guessed from its size
  catalog::Refresher* catalogue = nullptr;
  CostAlerts* cost_alerts = nullptr;  // of all loops; null: nobody is told
};

// Filled phase by phase (pipeline.cpp); each phase relies on the ones before it.
struct Request {
  Request(net::ServerExchange& the_exchange, Services& the_services)
      : exchange(the_exchange),
        services(the_services),
        upstreams(the_services.endpoints.upstreams()),
        provider(upstreams->all.front().provider.get()),
        arrived(net::Clock::now()) {}

  // No further attempt is possible, so that nobody will send them again.
  void release_bodies();

  // By what its candidates are ordered where its body leaves that open.
  [[nodiscard]] const routing::Strategy* strategy() const noexcept {
    if (asked_strategy != nullptr) return asked_strategy;
    return key != nullptr && key->strategy != nullptr ? key->strategy : services.routing.strategy;
  }

  net::ServerExchange& exchange;
  Services& services;
  dispatch::UpstreamsPointer upstreams;                 // as they are when it arrives
  const providers::OpenAICompatibleProvider* provider;  // the default
  net::TimePoint arrived;
  std::string id;
  std::string_view path;                        // of the target, without the query
  std::string_view query;                       // without "?"
  std::string_view route_path;                  // of `path`, below where the routes are mounted
  std::array<std::string_view, 2> path_values;  // what stands where the route has "{...}"
  ErrorStyle error_style = ErrorStyle::openrouter;
  const Route* route = nullptr;
  const GatewayKey* key = nullptr;                    // null without authentication
  const routing::Strategy* asked_strategy = nullptr;  // by a header; null: by none
  std::string_view body;                              // as it goes up
  std::string spliced_body;                           // owns `body` where the gateway changed it
  BodyFacts facts;
  Candidates candidates;
  int attempts = 0;
  Attempt first;
  std::unique_ptr<Attempt> second;  // where one was hedged
  Attempt* attempt = &first;        // under way, or the last
  std::string explanation;          // of the decision who is asked; empty: nobody wants to know
  bool tells_explanation = false;   // to the client, in the answer's head
  std::optional<std::chrono::seconds> retry_after;  // to be told with a 503

  // For the access record.
  int status = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  bool streamed = false;  // the client's answer has begun as a stream

  Silence silence{*this};

  // Last: what it tells when it goes is said of all the others.
  Settlement settlement{*this};
};

}  // namespace tollway::gateway
