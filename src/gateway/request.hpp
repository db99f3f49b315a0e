// One request on its way through the gateway, and what every request shares.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "dialects/dialect.hpp"
#include "dispatch/dispatch.hpp"
#include "gateway/error_response.hpp"
#include "gateway/gateway_keys.hpp"
#include "gateway/ledger_reader.hpp"
#include "gateway/prices.hpp"
#include "gateway/request_reader.hpp"
#include "gateway/settlement.hpp"
#include "gateway/token_counter.hpp"
#include "ledger/journal.hpp"
#include "net/server.hpp"
#include "observe/access_log.hpp"
#include "recording/recorder.hpp"

namespace tollway::catalog {
class Refresher;
}

namespace tollway::gateway {

struct Route;

struct GatewayOptions {
  bool authenticate = true;  // false only on loopback
  std::size_t request_body_bytes_max = limits::request_body_bytes_max;
  net::Duration silence_before_comment = limits::silence_before_comment;
};

// What one loop's requests share. Outlives them.
struct Services {
  const GatewayOptions& options;
  const GatewayKeys& keys;
  // Who is asked, by requests that arrive from now on.
  const providers::OpenAICompatibleProvider* provider;
  dispatch::Dispatch& dispatch;
  observe::AccessLog& access_log;
  recording::Recorder* recorder;  // null: nothing is recorded
  ledger::Journal* journal;       // null: nothing is written down of what is spent
  Prices& prices;
  net::Loop& loop;
  LedgerReader* ledger_reader;  // null where there is no ledger
  TokenCounter* tokens;         // null: what nobody states is guessed from its size
  catalog::Refresher* catalogue = nullptr;
};

// Filled phase by phase (pipeline.cpp); each phase relies on the ones before it.
struct Request {
  Request(net::ServerExchange& the_exchange, Services& the_services)
      : exchange(the_exchange),
        services(the_services),
        provider(*the_services.provider),
        arrived(net::Clock::now()) {}

  net::ServerExchange& exchange;
  Services& services;
  const providers::OpenAICompatibleProvider& provider;
  net::TimePoint arrived;
  std::string id;
  std::string_view path;                        // of the target, without the query
  std::string_view query;                       // without "?"
  std::string_view route_path;                  // of `path`, below where the routes are mounted
  std::array<std::string_view, 2> path_values;  // what stands where the route has "{...}"
  ErrorStyle error_style = ErrorStyle::openrouter;
  const Route* route = nullptr;
  const GatewayKey* key = nullptr;  // null without authentication
  std::string_view body;            // as it goes up
  std::string spliced_body;         // owns `body` where the gateway changed it
  BodyFacts facts;
  dispatch::Attempts attempts;
  dialects::Progress progress;
  std::optional<llm::TextSample> whole_answer;  // of one that came whole and stated no usage
  recording::Recording recording;  // of the upstream's answer; records nothing unless begun

  // For the access record.
  int status = 0;
  int upstream_status = 0;
  std::optional<Errc> failure;
  std::optional<net::TimePoint> first_byte_at;
  std::optional<net::TimePoint> first_token_at;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  bool streamed = false;

  // Last: what it tells when it goes is said of all the others.
  Settlement settlement{*this};
};

}  // namespace tollway::gateway
