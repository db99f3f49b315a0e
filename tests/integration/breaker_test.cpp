// U12: a provider that fails again and again is left alone for a while, then one request finds out
// whether it is well. P15: a gateway that was stopped takes nobody for ill afterwards.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto failure = R"({"error":{"code":500,"message":"internal -test"}})";
constexpr auto open_time = 3s;

std::map<std::string, std::string> breaking() {
  return {{"TOLLWAY_ROUTING_FIRST_DELAY", "0.05"},
          {"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"},
          {"TOLLWAY_ROUTING_BREAKER_FAILURES_IN_A_ROW", "5"},
          {"TOLLWAY_ROUTING_BREAKER_OPEN_FIRST", std::to_string(open_time.count())}};
}

// Fails, holds its requests until it is told how they end, or serves.
class Patient {
 public:
  explicit Patient(Dialect dialect) : dialect_(std::move(dialect)) {}

  void hold() { holding_ = true; }
  void recover() {
    well_ = true;
    released_.set();
  }
  void stay_ill() {
    holding_ = false;
    released_.set();
  }
  [[nodiscard]] FaultUpstream& upstream() { return upstream_; }

 private:
  Dialect dialect_;
  std::atomic<bool> holding_ = false;
  std::atomic<bool> well_ = false;
  Signal released_;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) {
    while (connection.read_request()) {
      if (holding_) connection.wait_for(released_);
      connection.send(well_ ? json_answer(dialect_.json)
                            : answer(500, "application/json", failure));
    }
  }};
};

class Breakers : public TwoProviders {
 protected:
  void burst(int requests) {
    for (int i = 0; i < requests; ++i) {
      expect_second(gateway_.post(dialect().path(), body(false)), false);
    }
  }
  // Asks until a request is the one that probes the first provider; returns its client.
  std::unique_ptr<RawClient> probe(Answer& answer) {
    const int before = first_.upstream().request_count();
    for (const Stopwatch watch; watch.elapsed() < patience;) {
      auto client = std::make_unique<RawClient>(gateway_.port());
      client->send(gateway_.request_bytes("POST", dialect().path(), body(false)));
      do {
        answer = client->begin_answer(100ms);
        if (first_.upstream().request_count() > before) return client;
      } while (answer.status == 0);
      client->finish(answer);
      EXPECT_EQ(answer.status, 200);
    }
    ADD_FAILURE() << "nobody finds out whether the first is well again";
    return nullptr;
  }

  Patient first_{dialect()};
  FaultUpstream second_{serving(second_of(dialect()))};
  SeveralProviders both_ = providers(first_.upstream().url(), second_.url());
  Gateway gateway_{both_.options(breaking())};
};
INSTANTIATE_TEST_SUITE_P(U, Breakers, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(Breakers, U12_burst_opens_it_and_one_probe_closes_it_second_answers) {
  const Stopwatch since_the_burst;
  burst(5);
  EXPECT_EQ(first_.upstream().request_count(), 5);
  burst(10);
  if (since_the_burst.elapsed() < open_time) EXPECT_EQ(first_.upstream().request_count(), 5);
  first_.hold();
  Answer probed;
  const auto prober = probe(probed);
  ASSERT_TRUE(prober);
  EXPECT_GE(since_the_burst.elapsed(), open_time - 100ms);
  const int asked = first_.upstream().request_count();
  burst(10);
  EXPECT_EQ(first_.upstream().request_count(), asked) << "one probe, no more";
  first_.recover();
  probed = prober->read_answer();
  EXPECT_EQ(probed.status, 200);
  EXPECT_TRUE(tells_of_first(probed.body)) << "the probe is a request like any other";
  // The breaker learns of it a moment after the client.
  EXPECT_TRUE(wait_until(
      [&] { return tells_of_first(gateway_.post(dialect().path(), body(false)).body); }));
  EXPECT_EQ(first_.upstream().request_count(), asked + 1);
  for (int i = 2; i <= 10; ++i) {
    EXPECT_TRUE(tells_of_first(gateway_.post(dialect().path(), body(false)).body));
    EXPECT_EQ(first_.upstream().request_count(), asked + i);
  }
}

TEST_P(Breakers, U12_failed_probe_opens_it_for_longer_second_answers) {
  burst(5);
  first_.hold();
  Answer probed;
  const auto prober = probe(probed);
  ASSERT_TRUE(prober);
  const Stopwatch since_the_probe;
  first_.stay_ill();
  probed = prober->read_answer();
  expect_second(probed, false);
  const int asked = first_.upstream().request_count();
  while (since_the_probe.elapsed() < open_time + 500ms) burst(1);
  EXPECT_EQ(first_.upstream().request_count(), asked) << "twice as long as the first time";
}

TEST(BreakersByHand, open_keeps_requests_away_until_a_reload_closes_it) {
  const Dialect& dialect = chat_dialect();
  const FaultUpstream first(serving(dialect));
  const FaultUpstream second(serving(second_of(dialect)));
  const SeveralProviders both(
      {own_provider("first", first.url()), own_provider("second", second.url())});
  const auto options = both.options();
  const auto config =
      std::filesystem::path(options.environment.at("XDG_CONFIG_HOME")) / "tollway" / "tollway.toml";
  replace_file(config, "[llm.first]\nbreaker = \"open\"\n");
  Gateway gateway(options);
  const auto served_by_first = [&] {
    return tells_of_first(gateway.post(dialect.path(), in_order(dialect.body(false))).body);
  };
  EXPECT_FALSE(served_by_first());
  const auto alone = gateway.post(
      dialect.path(), with_members(dialect.body(false), R"("provider":{"only":["first"]})"));
  EXPECT_EQ(alone.status, 503) << alone.body;
  EXPECT_EQ(first.request_count(), 0);

  replace_file(config, "");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until(served_by_first));
}

TEST(BreakersKept, what_is_open_stays_open_over_a_reload) {
  const Dialect& dialect = chat_dialect();
  const FaultUpstream first(FaultUpstream::answering(answer(500, "application/json", failure)));
  const FaultUpstream second(serving(second_of(dialect)));
  const SeveralProviders both(
      {own_provider("first", first.url()), own_provider("second", second.url())});
  auto settings = breaking();
  settings["TOLLWAY_ROUTING_BREAKER_OPEN_FIRST"] = "60";
  settings["TOLLWAY_THREADS"] = "1";
  Gateway gateway(both.options(settings));
  const auto ask = [&] {
    const auto got = gateway.post(dialect.path(), in_order(dialect.body(false)));
    EXPECT_EQ(got.status, 200) << got.body;
  };
  for (int i = 0; i < 8; ++i) ask();
  EXPECT_EQ(first.request_count(), 5);
  // The file is begun anew when the settings are.
  const auto records = gateway.data() / "access.jsonl";
  EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(records); }));
  std::filesystem::rename(records, gateway.data() / "before.jsonl");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(records); }));
  for (int i = 0; i < 8; ++i) ask();
  EXPECT_EQ(first.request_count(), 5);
}

class OnlyProvider : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(U, OnlyProvider, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(OnlyProvider, U12_burst_opens_the_breaker_and_recovery_closes_it) {
  Patient first(dialect());
  Gateway gateway(first.upstream(), {.environment = breaking()});
  const Stopwatch watch;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(gateway.post(dialect().path(), dialect().body(false)).status, 500);
  }
  EXPECT_EQ(first.upstream().request_count(), 5);
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    const auto got = gateway.post(dialect().path(), dialect().body(i % 2 == 0));
    if (got.status != 503) continue;
    ++refused;
    expect_error_answer(got, 503, dialect().path());
    EXPECT_TRUE(got.headers.has("retry-after"));
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(watch.elapsed()).count();
  // Who has nowhere else to go may look once a second whether it is over.
  EXPECT_LE(first.upstream().request_count(), 5 + seconds + 1);
  EXPECT_EQ(refused, 55 - first.upstream().request_count());
  first.recover();
  const auto answers = [&] {
    return gateway.post(dialect().path(), dialect().body(false)).status == 200;
  };
  // The probe's client has its answer a moment before the breaker has; the next one knows.
  EXPECT_TRUE(wait_until(answers));
  EXPECT_TRUE(wait_until(answers));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(gateway.post(dialect().path(), dialect().body(false)).status, 200);
  }
}

// The answers come while the gateway cannot take them, and every deadline passes.
TEST_P(OnlyProvider, P15_stopped_for_ten_seconds) {
  constexpr int clients = 20;
  Signal answer_now;
  FaultUpstream first([&](UpstreamConnection& connection) {
    while (connection.read_request()) {
      connection.wait_for(answer_now);
      connection.send(json_answer(dialect().json));
    }
  });
  FaultUpstream second(serving(second_of(dialect())));
  const SeveralProviders both(
      {own_provider("first", first.url()), own_provider("second", second.url())});
  auto settings = breaking();
  settings["TOLLWAY_UPSTREAM_FIRST_BYTE_TIMEOUT"] = "8";
  Gateway gateway(both.options(settings));
  const auto body = in_order(dialect().body(false));
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < clients; ++i) {
    waiting.push_back(std::make_unique<RawClient>(gateway.port()));
    waiting.back()->send(gateway.request_bytes("POST", dialect().path(), body));
  }
  ASSERT_TRUE(first.wait_for_requests(clients));
  gateway.process().signal(SIGSTOP);
  answer_now.set();
  const Signal never;
  EXPECT_FALSE(never.wait(10s));  // the stop itself
  gateway.process().signal(SIGCONT);
  for (auto& client : waiting) EXPECT_EQ(client->read_answer().status, 200);
  const int second_before = second.request_count();
  for (int i = 0; i < clients; ++i) {
    EXPECT_TRUE(tells_of_first(gateway.post(dialect().path(), body).body));
  }
  EXPECT_EQ(second.request_count(), second_before) << "the first is taken for ill";
}

}  // namespace
}  // namespace tollway::test
