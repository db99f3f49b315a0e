// Connections that stay, and clients that are told that somebody is still at work.
#include <gtest/gtest.h>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

class Silence : public InEachDialect {
 protected:
  static constexpr auto comment = ": TOLLWAY PROCESSING\n\n";
  static GatewayOptions quick() { return {.environment = {{"TOLLWAY_STREAM_SILENCE", "0.2"}}}; }
};
INSTANTIATE_TEST_SUITE_P(Patience, Silence, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(Silence, comment_between_events) {
  Signal seen;
  const auto rest = dialect().whole_stream().substr(dialect().begun_stream().size());
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    // Half an event is held back: the comment must not fall into its middle.
    connection.send(sse_head() + chunk(dialect().begun_stream() + rest.substr(0, 20)));
    connection.wait_for(seen);
    connection.send(chunk(rest.substr(20)) + last_chunk());
  });
  Gateway gateway(upstream, quick());
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(true)));
  auto answer = client.begin_answer();
  const auto twice = dialect().begun_stream() + comment + comment;
  EXPECT_TRUE(client.read_until(answer, twice)) << answer.body;
  seen.set();
  client.finish(answer);
  EXPECT_TRUE(answer.body.starts_with(twice));
  EXPECT_EQ(split_stream(answer.body).events(), split_stream(dialect().whole_stream()).events());
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

TEST_P(Silence, padding_before_json) {
  Signal seen;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    const auto whole = json_answer(dialect().json);
    const auto begun = whole.find("\r\n\r\n") + 4 + 10;
    connection.send(whole.substr(0, begun));
    connection.wait_for(seen);
    connection.send(whole.substr(begun));
  });
  Gateway gateway(upstream, quick());
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(false)));
  auto answer = client.begin_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.find("content-type"), "application/json");
  EXPECT_TRUE(client.read_until(answer, "\n"));
  seen.set();
  client.finish(answer);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body_json(), parse_json(dialect().json));
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

TEST_P(Silence, error_after_padding) {
  Signal seen;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: 40\r\n\r\n");
    connection.wait_for(seen);
    connection.send(dialect().json.substr(0, 40));
  });
  Gateway gateway(upstream, quick());
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(false)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, "\n"));
  seen.set();
  client.finish(answer);
  EXPECT_EQ(answer.status, 200) << "it was said already";
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(at(answer.body_json(), "/error/message").is_string()) << answer.body;
  EXPECT_EQ(gateway.only_record().outcome(), "upstream_invalid");
}

TEST(KeepAlive, many_requests_on_one_connection_each_way) {
  FaultUpstream upstream(FaultUpstream::answering([](const Request& request) {
    const bool stream = request.body.find("\"stream\":true") != std::string::npos;
    return stream ? sse_answer(chat_dialect().whole_stream()) : json_answer(chat_dialect().json);
  }));
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  for (int i = 0; i < 50; ++i) {
    client.send(
        gateway.request_bytes("POST", "/api/v1/chat/completions", chat_dialect().body(i % 2 == 0)));
    ASSERT_TRUE(client.read_answer().complete);
  }
  EXPECT_EQ(upstream.connection_count(), 1);
  EXPECT_EQ(upstream.request_count(), 50);
}

TEST(KeepAlive, idle_connections_are_closed) {
  Gateway gateway({.environment = {{"TOLLWAY_CLIENT_IDLE_TIMEOUT", "0.4"}}});
  RawClient fresh(gateway.port());
  RawClient used(gateway.port());
  used.send(gateway.request_bytes("GET", "/api/v1/health"));
  EXPECT_EQ(used.read_answer().status, 200);
  const Stopwatch watch;
  EXPECT_TRUE(used.wait_for_close());
  EXPECT_GE(watch.elapsed(), 300ms);
  EXPECT_TRUE(fresh.wait_for_close());
  EXPECT_LE(watch.elapsed(), 2s);
}

TEST(KeepAlive, connection_close_is_honoured) {
  Gateway gateway(GatewayOptions{});
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("GET", "/api/v1/health", "", {{"Connection", "close"}}));
  EXPECT_EQ(client.read_answer().headers.find("connection"), "close");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(KeepAlive, http_1_0_gets_no_chunks) {
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(chat_dialect().whole_stream())));
  Gateway gateway(upstream);
  auto bytes = gateway.request_bytes("POST", "/api/v1/chat/completions", chat_dialect().body(true));
  bytes.replace(bytes.find("HTTP/1.1"), 8, "HTTP/1.0");
  RawClient client(gateway.port());
  client.send(bytes);
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.headers.has("transfer-encoding"));
  EXPECT_EQ(answer.body, chat_dialect().whole_stream());
}

TEST(SlowRequests, head_and_body_have_their_deadlines) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_CLIENT_HEAD_TIMEOUT", "0.5"},
                                             {"TOLLWAY_CLIENT_BODY_TIMEOUT", "0.5"}}});
  const auto bytes =
      gateway.request_bytes("POST", "/api/v1/chat/completions", chat_dialect().body(false));
  const auto head_size = bytes.find("\r\n\r\n") + 4;
  for (const auto sent : {head_size - 10, bytes.size() - 10}) {
    RawClient client(gateway.port());
    const Stopwatch watch;
    client.send(std::string_view(bytes).substr(0, sent));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 408);
    EXPECT_TRUE(client.wait_for_close());
    EXPECT_GE(watch.elapsed(), 400ms);
    EXPECT_LE(watch.elapsed(), 2s);
  }
  EXPECT_EQ(upstream.connection_count(), 0);
}

// A body that trickles in is fine as long as it goes on; a head that trickles is not.
TEST(SlowRequests, trickling_head_is_cut_off) {
  Gateway gateway({.environment = {{"TOLLWAY_CLIENT_HEAD_TIMEOUT", "0.5"}}});
  RawClient client(gateway.port());
  const Stopwatch watch;
  client.send_split(
      gateway.request_bytes("GET", "/api/v1/health", "", {{"X-Long", std::string(200, 'x')}}), 1,
      10ms);
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_LE(watch.elapsed(), 2s);
}

}  // namespace
}  // namespace tollway::test
