// C02: the client leaves, in every phase. The upstream call is called off, and exactly one record
// says so.
#include <gtest/gtest.h>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

class ClientLeaves : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(C, ClientLeaves, testing::ValuesIn(all_dialects()), dialect_name);

TEST(ClientLeaves, C02_while_sending_the_head) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  {
    RawClient client(gateway.port());
    client.send("POST /api/v1/chat/completions HTTP/1.1\r\nHost: tollw");
    RawClient resetting(gateway.port());
    resetting.send("POST /api/v1/chat/completions HTTP/1.1\r\nHost: tollway.test\r\n");
    resetting.reset();
  }
  // Whoever comes after is served as ever.
  EXPECT_EQ(gateway.post("/api/v1/chat/completions", chat_dialect().body(false)).status, 200);
  EXPECT_EQ(upstream.request_count(), 1);
  gateway.stop();
  int served = 0;
  for (const auto& record : gateway.records()) served += record.outcome() == "ok" ? 1 : 0;
  EXPECT_EQ(served, 1);
  EXPECT_LE(gateway.records().size(), 3U) << "half a head is at most one record";
}

TEST_P(ClientLeaves, C02_while_sending_the_body) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(dialect().json)));
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  const auto bytes = gateway.request_bytes("POST", dialect().path(), dialect().body(false));
  client.send(bytes.substr(0, bytes.size() - 10));
  client.close();
  const auto record = gateway.record();
  EXPECT_EQ(record.outcome(), "cancelled");
  EXPECT_EQ(upstream.connection_count(), 0);
  EXPECT_EQ(expect_record(gateway, "cancelled", 0, false).attempts(), 0);
}

// The client that goes while the script is at a standstill; `part` is what has come by then.
void expect_cancelled(const Dialect& dialect, const std::string& part, bool with_reset) {
  SCOPED_TRACE(with_reset ? "by a reset" : "by closing");
  const bool stream = part.find("event-stream") != std::string::npos;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(part);
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect.path(), dialect.body(stream)));
  ASSERT_TRUE(upstream.wait_for_requests(1));
  if (stream) {
    auto answer = client.begin_answer();
    EXPECT_TRUE(client.read_until(answer, dialect.begun_stream()));
  }
  EXPECT_EQ(upstream.hangup_count(), 0);
  if (with_reset) {
    client.reset();
  } else {
    client.close();
  }
  EXPECT_TRUE(upstream.wait_for_hangup(2s)) << "the upstream call goes on";
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "cancelled");
  EXPECT_EQ(record.status(), stream ? 200 : 0);
  EXPECT_EQ(record.attempts(), 1);
  EXPECT_EQ(record.stream(), stream);
  EXPECT_EQ(upstream.request_count(), 1);
}

TEST_P(ClientLeaves, C02_while_waiting_for_the_head) {
  expect_cancelled(dialect(), "", false);
  expect_cancelled(dialect(), "", true);
}

TEST_P(ClientLeaves, C02_in_the_middle_of_json) {
  const auto whole = json_answer(dialect().json);
  const auto half = whole.substr(0, whole.size() - 20);
  expect_cancelled(dialect(), half, false);
  expect_cancelled(dialect(), half, true);
}

TEST_P(ClientLeaves, C02_in_the_middle_of_a_stream) {
  const auto half = sse_head() + chunk(dialect().begun_stream());
  expect_cancelled(dialect(), half, false);
  expect_cancelled(dialect(), half, true);
}

// What the client sent ahead lies unread in front of its goodbye. No write is needed to notice
// that: the socket is looked at again from time to time, and the first comment is 10 s away.
TEST_P(ClientLeaves, C02_with_a_second_request_on_the_way) {
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  const auto bytes = gateway.request_bytes("POST", dialect().path(), dialect().body(true));
  client.send(bytes);
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, dialect().begun_stream()));
  client.send(bytes);
  client.close();
  EXPECT_TRUE(upstream.wait_for_hangup(2s)) << "the upstream call goes on";
  gateway.stop();
  EXPECT_EQ(upstream.request_count(), 1) << "nobody waits for the second answer";
  ASSERT_FALSE(gateway.records().empty());
  EXPECT_EQ(gateway.records().front().outcome(), "cancelled");
}

}  // namespace
}  // namespace tollway::test
