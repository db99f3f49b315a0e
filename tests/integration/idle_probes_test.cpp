// Providers that nobody asks for anything are asked whether they are there, where that is wanted.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

// Serves or hangs up, and has a list of models that may be slow.
class Mortal {
 public:
  explicit Mortal(Dialect dialect) : dialect_(std::move(dialect)) {}

  void die() { dead_ = true; }
  void revive() { dead_ = false; }
  void hold_lists() { holding_ = true; }
  [[nodiscard]] FaultUpstream& upstream() { return upstream_; }
  [[nodiscard]] int asked(std::string_view method) const {
    const auto all = upstream_.requests();
    return static_cast<int>(std::ranges::count(all, method, &Request::method));
  }
  [[nodiscard]] bool wait_until_probed(int times) const {
    return wait_until([&] { return asked("GET") >= times; });
  }

 private:
  void serve(UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (dead_) return connection.reset();
      if (request->method == "GET" && holding_) return connection.stall_until_hangup();
      connection.send(json_answer(request->method == "GET" ? R"({"data":[]})" : dialect_.json));
    }
  }

  Dialect dialect_;
  std::atomic<bool> dead_ = false;
  std::atomic<bool> holding_ = false;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
};

class IdleProbes : public testing::Test {
 protected:
  static std::map<std::string, std::string> probing() {
    return {{"TOLLWAY_ROUTING_PROBE_IDLE", "0.1"},
            {"TOLLWAY_ROUTING_BREAKER_FAILURES_IN_A_ROW", "2"},
            {"TOLLWAY_ROUTING_BREAKER_OPEN_FIRST", "4"}};
  }
  static bool first_serves(const Gateway& gateway) {
    const auto got = gateway.post(dialect_.path(), in_order(dialect_.body(false)));
    EXPECT_EQ(got.status, 200) << got.body;
    return tells_of_first(got.body);
  }
  // At `pointer` of what was measured of the first provider's model.
  static json::value measured(const Gateway& gateway, const char* pointer) {
    for (const auto& row :
         at(gateway.get("/api/v1/providers/health").body_json(), "/data").as_array()) {
      if (at(row, "/provider") == json::value("first")) return at(row, pointer);
    }
    return nullptr;
  }
  static bool breaker_is(const Gateway& gateway, std::string_view state) {
    return wait_until([&] { return measured(gateway, "/breaker") == json::value(state); });
  }

  inline static const Dialect& dialect_ = chat_dialect();
  Mortal first_{dialect_};
  FaultUpstream second_{serving(second_of(dialect_))};
  SeveralProviders both_{
      {own_provider("first", first_.upstream().url()), own_provider("second", second_.url())}};
};

TEST_F(IdleProbes, one_that_dies_is_seen_before_a_client_asks_and_closes_again) {
  Gateway gateway(both_.options(probing()));
  EXPECT_TRUE(first_serves(gateway));
  ASSERT_TRUE(first_.wait_until_probed(2));
  EXPECT_TRUE(wait_until([&] { return measured(gateway, "/probe") != json::value(nullptr); }));
  EXPECT_EQ(measured(gateway, "/probe/error"), json::value(nullptr));
  EXPECT_TRUE(measured(gateway, "/probe/first_byte").is_number());
  EXPECT_EQ(measured(gateway, "/requests_last_30m/successes"), json::value(1));

  first_.die();
  ASSERT_TRUE(breaker_is(gateway, "open"));
  EXPECT_EQ(measured(gateway, "/probe/error"), json::value("transient"));
  EXPECT_FALSE(first_serves(gateway));
  EXPECT_EQ(first_.asked("POST"), 1) << "the client's request did not find out";

  first_.revive();
  ASSERT_TRUE(breaker_is(gateway, "closed"));
  EXPECT_TRUE(first_serves(gateway));
  gateway.stop();
  EXPECT_EQ(ledger_rows(gateway.data()).size(), 3U) << "probes cost nothing";
  for (const auto& request : first_.upstream().requests()) {
    if (request.method != "GET") continue;
    EXPECT_TRUE(request.target.ends_with("/models")) << request.target;
    EXPECT_EQ(request.headers.find("authorization"), "Bearer " + SeveralProviders::key_of("first"));
  }
}

TEST_F(IdleProbes, who_was_never_used_is_left_alone) {
  Gateway gateway(both_.options(probing()));
  EXPECT_TRUE(first_serves(gateway));
  EXPECT_TRUE(first_.wait_until_probed(5));
  EXPECT_EQ(second_.request_count(), 0);
}

TEST_F(IdleProbes, nobody_is_asked_twice_at_a_time_and_a_drain_ends_it) {
  first_.hold_lists();
  Gateway gateway(both_.options(probing()));
  EXPECT_TRUE(first_serves(gateway));
  const auto second = gateway.post(
      dialect_.path(), with_members(dialect_.body(false), R"("provider":{"only":["second"]})"));
  EXPECT_EQ(second.status, 200);
  EXPECT_TRUE(second_.wait_for_requests(6)) << "one that hangs keeps nobody else waiting";
  EXPECT_EQ(first_.asked("GET"), 1);
  const Stopwatch stopping;
  gateway.stop();
  EXPECT_LT(stopping.elapsed(), 5s) << "nobody waits for the list";
  EXPECT_TRUE(first_.upstream().wait_for_hangup());
}

TEST_F(IdleProbes, a_reload_begins_and_ends_them) {
  const auto options = both_.options();
  const auto config =
      std::filesystem::path(options.environment.at("XDG_CONFIG_HOME")) / "tollway" / "tollway.toml";
  Gateway gateway(options);
  EXPECT_TRUE(first_serves(gateway));
  EXPECT_EQ(measured(gateway, "/probe"), json::value(nullptr));
  replace_file(config, "[routing]\nprobe_idle = 0.1\n");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(first_.wait_until_probed(3));
  replace_file(config, "");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] {
    return measured(gateway, "/probe/seconds_ago").to_number<double>() > 1.5;
  })) << "fifteen would have come meanwhile";
}

}  // namespace
}  // namespace tollway::test
