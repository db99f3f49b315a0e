// The upstream fails in the middle of a stream: a defined end, in the client's dialect.
#include <gtest/gtest.h>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

class StreamFaults : public InEachDialect {
 protected:
  // The client got what was produced before the fault, untouched and first.
  static void expect_begun(const Answer& answer) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.find("content-type"), "text/event-stream");
    EXPECT_TRUE(answer.body.starts_with(dialect().begun_stream())) << answer.body;
  }
};
INSTANTIATE_TEST_SUITE_P(U, StreamFaults, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(StreamFaults, U08_reset_mid_stream) {
  Signal relayed;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.wait_for(relayed);  // A reset may overtake bytes that were not read yet.
    connection.reset();
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, dialect().begun_stream()));
  relayed.set();
  client.finish(answer);
  expect_begun(answer);
  expect_error_event(dialect(), answer);
  EXPECT_EQ(upstream.request_count(), 1) << "after the first byte there is no retry";
  EXPECT_EQ(expect_record(gateway, "connection_lost", 200, true).attempts(), 1);
}

TEST_P(StreamFaults, U08_cut_inside_an_event) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    const auto half = dialect().events[3].substr(0, dialect().events[3].size() / 2);
    connection.send(sse_head() + chunk(dialect().begun_stream() + half));
    connection.close();
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  expect_begun(answer);
  expect_error_event(dialect(), answer);
  EXPECT_EQ(expect_record(gateway, "connection_lost", 200, true).attempts(), 1);
}

TEST_P(StreamFaults, U09_stall_mid_stream) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_UPSTREAM_BETWEEN_BYTES_TIMEOUT", "0.5"}}});
  const Stopwatch watch;
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  EXPECT_GE(watch.elapsed(), 450ms);
  EXPECT_LE(watch.elapsed(), 1500ms);
  expect_begun(answer);
  expect_error_event(dialect(), answer);
  EXPECT_TRUE(upstream.wait_for_hangup()) << "the upstream call is not given up";
  EXPECT_EQ(expect_record(gateway, "upstream_timeout", 200, true).attempts(), 1);
}

TEST_P(StreamFaults, U10_trickle) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    while (connection.stall(100ms)) connection.send(chunk(":"));
  });
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "1"},
                                             {"TOLLWAY_UPSTREAM_BETWEEN_BYTES_TIMEOUT", "0.5"}}});
  const Stopwatch watch;
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  EXPECT_GE(watch.elapsed(), 900ms);
  EXPECT_LE(watch.elapsed(), 2s);
  expect_begun(answer);
  expect_error_event(dialect(), answer);
  EXPECT_TRUE(upstream.wait_for_hangup());
  static_cast<void>(expect_record(gateway, "upstream_timeout", 200, true));
}

TEST_P(StreamFaults, U10_trickled_json) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000\r\n\r\n{");
    while (connection.stall(100ms)) connection.send(" ");
  });
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "1"}}});
  expect_error_answer(gateway.post(dialect().path(), dialect().body(false)), 504, dialect().path());
  EXPECT_TRUE(upstream.wait_for_hangup());
  static_cast<void>(expect_record(gateway, "upstream_timeout", 504, false));
}

TEST_P(StreamFaults, U20_terminator_missing) {
  const auto& events = dialect().events;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()) + last_chunk());
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  expect_begun(answer);
  expect_error_event(dialect(), answer);
  EXPECT_LT(split_stream(answer.body).events().size(), events.size());
  static_cast<void>(expect_record(gateway, "connection_lost", 200, true));
}

TEST_P(StreamFaults, U20_data_after_terminator) {
  Signal relayed;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().whole_stream() + dialect().events[2]));
    connection.wait_for(relayed);
    connection.send(chunk(dialect().events[1]) + last_chunk());
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, dialect().events.back()));
  relayed.set();
  client.finish(answer);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, dialect().whole_stream());
  static_cast<void>(expect_record(gateway, "ok", 200, true));
}

TEST(StreamFaults, U20_chat_ends_cleanly_without_done) {
  // The finish chunk has come; only the terminator is missing, and the gateway adds it.
  auto stream = chat_dialect().whole_stream();
  stream.resize(stream.size() - chat_dialect().events.back().size());
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(stream)));
  Gateway gateway(upstream);
  const auto answer = gateway.post("/api/v1/chat/completions", chat_dialect().body(true));
  EXPECT_EQ(answer.body, chat_dialect().whole_stream());
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

TEST(StreamFaults, U20_done_after_a_responses_terminator_is_relayed) {
  const auto stream = responses_dialect().whole_stream() + "data: [DONE]\n\n";
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(stream)));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post("/api/v1/responses", responses_dialect().body(true)).body, stream);
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

struct InBandError {
  Dialect dialect;
  std::string event;
};
void PrintTo(const InBandError& error, std::ostream* out) {
  PrintTo(error.dialect, out);
}

class InBandErrors : public testing::TestWithParam<InBandError> {};
INSTANTIATE_TEST_SUITE_P(
    U, InBandErrors,
    testing::Values(
        InBandError{chat_dialect(),
                    "data: {\"id\":\"gen-1-test\",\"object\":\"chat.completion.chunk\",\"choices\":"
                    "[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}],"
                    "\"error\":{\"code\":429,\"message\":\"slow down\",\"metadata\":"
                    "{\"error_type\":\"rate_limit_exceeded\"}}}\n\n"},
        InBandError{responses_dialect(),
                    "data: {\"type\":\"response.failed\",\"sequence_number\":2,\"response\":"
                    "{\"id\":\"gen-2-test\",\"status\":\"failed\",\"error\":"
                    "{\"code\":\"server_error\",\"message\":\"slow down\"}}}\n\n"},
        InBandError{messages_dialect(),
                    "event: error\ndata: {\"type\":\"error\",\"error\":"
                    "{\"type\":\"overloaded_error\",\"message\":\"slow down\"}}\n\n"}),
    [](const auto& info) { return info.param.dialect.name; });

TEST_P(InBandErrors, U14_passed_on_and_classified) {
  const auto& [dialect, event] = GetParam();
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(dialect.begun_stream() + event)));
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect.path(), dialect.body(true));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, dialect.begun_stream() + event) << "passed on, and nothing added";
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "upstream_error");
  EXPECT_EQ(record.status(), 200);
}

}  // namespace
}  // namespace tollway::test
