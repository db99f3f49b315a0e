// A stream that is slow to begin is asked for at a second provider as well: the faster one answers,
// the other is called off, and both are accounted for.
#include <gtest/gtest.h>

#include <algorithm>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

class Hedging : public TwoProviders {
 protected:
  static std::map<std::string, std::string> hedged(std::map<std::string, std::string> more = {}) {
    more.try_emplace("TOLLWAY_ROUTING_HEDGE_AFTER", "0.2");
    return patient(std::move(more));
  }
  // Once somebody else was asked. The gateway hangs up when it has seen all of it.
  static void refuse(UpstreamConnection& connection, const Signal& asked, int status) {
    if (!connection.read_request()) return;
    connection.wait_for(asked);
    connection.send(answer(status, "application/json", R"({"error":{"message":"broken"}})",
                           {{"Connection", "close"}}));
    connection.stall_until_hangup();
  }
  // Both attempts, in the order of their providers' names.
  static std::vector<LedgerRow> both_rows(Gateway& gateway) {
    gateway.stop();
    auto rows = ledger_rows(gateway.data());
    EXPECT_EQ(rows.size(), 2U);
    if (rows.size() != 2) return {};
    std::ranges::sort(rows, {}, &LedgerRow::provider);
    EXPECT_EQ(rows[0].provider, "first");
    EXPECT_EQ(rows[1].provider, "second");
    EXPECT_EQ(rows[0].request, rows[1].request);
    EXPECT_EQ(ledger_number(gateway.data(), "SELECT count(*) FROM requests"), 1);
    EXPECT_EQ(ledger_number(gateway.data(), "SELECT sum(attempts) FROM requests"), 2);
    return rows;
  }
};
INSTANTIATE_TEST_SUITE_P(Hedging, Hedging, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(Hedging, the_second_answers_where_the_first_is_silent) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  expect_second(gateway.post(dialect().path(), body(true)), true);
  EXPECT_TRUE(first.wait_for_hangup()) << "the first call is not called off";
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "ok");
  EXPECT_EQ(record.attempts(), 2);
  EXPECT_EQ(record.text("provider"), "second");
  const auto rows = both_rows(gateway);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].outcome, "cancelled");
  EXPECT_EQ(rows[0].flags & (flag_last | flag_cancelled), flag_cancelled);
  EXPECT_EQ(rows[0].computed, std::nullopt) << "nobody knows what it will be charged";
  EXPECT_EQ(rows[1].outcome, "ok");
  EXPECT_TRUE(rows[1].flags & flag_last);
  EXPECT_EQ(rows[1].computed, second_costs);
}

// Lifecycle frames are no content. What it has begun to answer may be charged for.
TEST_P(Hedging, the_second_answers_where_the_first_has_only_begun) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect().events.front()));
    connection.stall_until_hangup();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  expect_second(gateway.post(dialect().path(), body(true)), true);
  EXPECT_TRUE(first.wait_for_hangup());
  const auto rows = both_rows(gateway);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].outcome, "cancelled");
  EXPECT_TRUE(rows[0].flags & flag_estimated);
  EXPECT_GT(rows[0].input, 0);
  EXPECT_EQ(rows[1].computed, second_costs);
}

TEST_P(Hedging, the_first_answers_where_it_is_faster_after_all) {
  Signal asked;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.wait_for(asked);
    connection.send(sse_answer(dialect().whole_stream()));
  });
  FaultUpstream second([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    asked.set();
    connection.stall_until_hangup();
  });
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  const auto got = gateway.post(dialect().path(), body(true));
  EXPECT_EQ(without_usage(got.body), without_usage(dialect().whole_stream()));
  EXPECT_TRUE(second.wait_for_hangup());
  EXPECT_EQ(gateway.only_record().text("provider"), "first");
  const auto rows = both_rows(gateway);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].outcome, "ok");
  EXPECT_TRUE(rows[0].flags & flag_last);
  EXPECT_EQ(rows[1].outcome, "cancelled");
  EXPECT_FALSE(rows[1].flags & flag_last);
}

// A failure of one leaves the other one in the race.
TEST_P(Hedging, the_second_goes_on_where_the_first_fails) {
  Signal asked;
  FaultUpstream first([&](UpstreamConnection& connection) { refuse(connection, asked, 500); });
  FaultUpstream second([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    asked.set();
    if (!first.wait_for_hangup()) return;
    connection.send(sse_answer(second_of(dialect()).whole_stream()));
  });
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  expect_second(gateway.post(dialect().path(), body(true)), true);
  expect_settled(gateway, {{"first", "upstream_error"}, {"second", "ok"}});
}

TEST_P(Hedging, the_last_refusal_is_passed_on_where_both_fail) {
  Signal asked;
  FaultUpstream first([&](UpstreamConnection& connection) { refuse(connection, asked, 402); });
  FaultUpstream second([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    asked.set();
    if (!first.wait_for_hangup()) return;
    connection.send(answer(403, "application/json", R"({"error":{"message":"not you"}})"));
  });
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  const auto got = gateway.post(dialect().path(), body(true));
  EXPECT_EQ(got.status, 403);
  EXPECT_EQ(got.body, R"({"error":{"message":"not you"}})");
  expect_settled(gateway, {{"first", "upstream_error"}, {"second", "upstream_error"}});
}

TEST_P(Hedging, a_client_that_leaves_ends_both) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  FaultUpstream second([](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  {
    RawClient client(gateway.port());
    client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
    EXPECT_TRUE(second.wait_for_requests(1));
  }
  EXPECT_TRUE(first.wait_for_hangup());
  EXPECT_TRUE(second.wait_for_hangup());
  EXPECT_EQ(gateway.only_record().outcome(), "cancelled");
  for (const auto& row : both_rows(gateway)) {
    EXPECT_EQ(row.outcome, "cancelled");
    EXPECT_TRUE(row.flags & flag_cancelled);
  }
}

// Comments keep the client waiting meanwhile, one at a time, and belong to nobody.
TEST_P(Hedging, the_client_hears_comments_while_two_are_asked) {
  Signal heard;
  FaultUpstream first([](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  FaultUpstream second([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head());
    connection.wait_for(heard);
    connection.send(chunk(second_of(dialect()).whole_stream()) + last_chunk());
  });
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged({{"TOLLWAY_STREAM_SILENCE", "0.1"}})));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
  auto got = client.begin_answer();
  EXPECT_TRUE(second.wait_for_requests(1));
  got.body.clear();
  EXPECT_TRUE(client.read_until(got, ": TOLLWAY PROCESSING\n\n: TOLLWAY PROCESSING\n\n"));
  heard.set();
  client.finish(got);
  expect_second(got, true);
}

TEST_P(Hedging, neither_whole_answers_nor_quick_streams_are_hedged) {
  FaultUpstream first([](UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      const bool stream = request->body.contains(R"("stream":true)");
      if (!stream) connection.stall(500ms);
      connection.send(stream ? sse_answer(dialect().whole_stream()) : json_answer(dialect().json));
    }
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(hedged()));
  EXPECT_EQ(gateway.post(dialect().path(), body(false)).status, 200);
  EXPECT_EQ(gateway.post(dialect().path(), body(true)).status, 200);
  EXPECT_EQ(second.request_count(), 0);
}

// The budget for retries pays for it: ten are saved for a burst, and then one request in five may.
TEST_P(Hedging, hedges_are_paid_from_the_budget_for_retries) {
  FaultUpstream first([](UpstreamConnection& connection) {
    while (connection.read_request()) {
      if (!connection.stall(300ms)) return;
      connection.send(sse_answer(dialect().whole_stream()));
    }
  });
  FaultUpstream second([](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  const auto both = providers(first.url(), second.url());
  // The first one's usual time would put hedges off.
  Gateway gateway(both.options(hedged({{"TOLLWAY_ROUTING_HEDGE_AFTER", "0.05"}})));
  const auto bytes = gateway.request_bytes("POST", dialect().path(), body(true));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<RawClient>(gateway.port()));
    clients.back()->send(bytes);
  }
  for (auto& client : clients) EXPECT_EQ(client->read_answer().status, 200);
  EXPECT_GT(second.request_count(), 0);
  EXPECT_LE(second.request_count(), 10 + 40 / 5);
  EXPECT_EQ(first.request_count(), 40);
}

}  // namespace
}  // namespace tollway::test
