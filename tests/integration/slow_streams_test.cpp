// Streams that are slower than the operator demands: before the first content somebody else is
// asked, afterwards they end with an error.
#include <gtest/gtest.h>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

class SlowStreams : public TwoProviders {
 protected:
  static std::map<std::string, std::string> first_content_in_time() {
    return patient({{"TOLLWAY_STREAM_FIRST_CONTENT_TIMEOUT", "0.4"}});
  }
  static std::map<std::string, std::string> ten_a_second() {
    return patient(
        {{"TOLLWAY_STREAM_TOKENS_PER_SECOND_MIN", "10"}, {"TOLLWAY_STREAM_SPEED_WINDOW", "0.5"}});
  }
};
INSTANTIATE_TEST_SUITE_P(SlowStreams, SlowStreams, testing::ValuesIn(all_dialects()), dialect_name);

// Neither comments nor lifecycle frames are content, however many there are.
TEST_P(SlowStreams, without_content_in_time_the_second_answers) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect().events.front()));
    while (connection.stall(50ms)) connection.send(chunk(": working\n\n"));
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(first_content_in_time()));
  const Stopwatch watch;
  expect_second(gateway.post(dialect().path(), body(true)), true);
  EXPECT_GE(watch.elapsed(), 350ms);
  EXPECT_TRUE(first.wait_for_hangup()) << "the first call is not given up";
  expect_settled(gateway, {{"first", "upstream_timeout", true}, {"second", "ok"}});
}

TEST_P(SlowStreams, without_a_head_in_time_the_second_answers) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(first_content_in_time()));
  expect_second(gateway.post(dialect().path(), body(true)), true);
  expect_settled(gateway, {{"first", "upstream_timeout"}, {"second", "ok"}});
}

TEST_P(SlowStreams, without_content_and_anybody_else_it_is_a_504) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head());
    connection.stall_until_hangup();
  });
  Gateway gateway(first, {.environment = first_content_in_time()});
  expect_error_answer(gateway.post(dialect().path(), body(true)), 504, dialect().path());
}

// A whole answer is not content in a stream; it takes the time it takes.
TEST_P(SlowStreams, whole_answers_are_not_hurried) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    if (connection.stall(800ms)) connection.send(json_answer(dialect().json));
  });
  Gateway gateway(first, {.environment = first_content_in_time()});
  EXPECT_EQ(gateway.post(dialect().path(), body(false)).status, 200);
}

// Content goes on, but hardly: nobody else can take over, so the client is told.
TEST_P(SlowStreams, one_that_falls_behind_ends_with_an_error) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    while (connection.stall(200ms)) connection.send(chunk(dialect().events[2]));
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(ten_a_second()));
  const auto got = gateway.post(dialect().path(), body(true));
  EXPECT_EQ(got.status, 200);
  EXPECT_TRUE(got.body.contains("below 10 tokens a second")) << got.body;
  for (const auto* end : {"[DONE]", "response.completed", "message_stop"}) {
    EXPECT_FALSE(got.body.contains(end)) << got.body;
  }
  EXPECT_TRUE(first.wait_for_hangup());
  EXPECT_EQ(second.connection_count(), 0);
  expect_settled(gateway, {{"first", "upstream_timeout", true}});
}

TEST_P(SlowStreams, one_that_stops_ends_with_an_error) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.stall_until_hangup();
  });
  Gateway gateway(first, {.environment = ten_a_second()});
  expect_error_event(dialect(), gateway.post(dialect().path(), body(true)));
  EXPECT_EQ(gateway.only_record().outcome(), "upstream_timeout");
}

TEST_P(SlowStreams, one_that_keeps_up_is_left_alone) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    for (int i = 0; i < 25; ++i) {
      if (!connection.stall(50ms)) return;
      for (int event = 0; event < 5; ++event) connection.send(chunk(dialect().events[2]));
    }
    const auto begun = dialect().begun_stream().size();
    connection.send(chunk(dialect().whole_stream().substr(begun)) + last_chunk());
  });
  Gateway gateway(first, {.environment = ten_a_second()});
  const auto got = gateway.post(dialect().path(), body(true));
  EXPECT_TRUE(got.complete);
  EXPECT_FALSE(got.body.contains("tokens a second")) << got.body;
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

// What was measured of it counts when the next request is decided.
TEST(SlowStreamsAfterwards, the_speed_of_a_stream_that_was_ended_is_its_endpoints) {
  const auto& dialect = chat_dialect();
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect.begun_stream()));
    for (int event = 0; event < 40; ++event) connection.send(chunk(dialect.events[2]));
    connection.stall_until_hangup();
  });
  FaultUpstream second(serving(second_of(dialect)));
  const SeveralProviders both(
      {own_provider("first", first.url()), own_provider("second", second.url())});
  Gateway gateway(both.options(
      {{"TOLLWAY_STREAM_TOKENS_PER_SECOND_MIN", "10"}, {"TOLLWAY_STREAM_SPEED_WINDOW", "1"}}));
  EXPECT_TRUE(gateway.post(dialect.path(), in_order(dialect.body(true))).complete);
  RawClient client(gateway.port());
  client.send(
      gateway.request_bytes("POST", dialect.path(),
                            with_members(dialect.body(false), R"("provider":{"ignore":["first"]})"),
                            {{"X-Tollway-Explain", "true"}}));
  const auto explained = client.read_answer().headers.find("x-tollway-explain");
  ASSERT_TRUE(explained.has_value());
  const auto& rows = at(parse_json(*explained), "/candidates");
  ASSERT_TRUE(rows.is_array()) << *explained;
  bool measured = false;
  for (const auto& row : rows.get_array()) {
    measured = measured || at(row, "/throughput_last_5m/p50").is_number();
  }
  EXPECT_TRUE(measured) << *explained;
}

}  // namespace
}  // namespace tollway::test
