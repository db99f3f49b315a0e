// The scripted upstream and the raw client, tested against each other.
#include "support/fault_upstream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/certificates.hpp"
#include "support/raw_client.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;

TEST(FaultUpstream, answers_and_keeps_what_it_got) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(R"({"ok":true})")));
  RawClient client(upstream.port());
  client.send(request("POST", "/api/v1/x?y=1", "{}", {{"X-Thing", " padded "}}));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(at(answer.body_json(), "/ok"), true);
  const auto got = upstream.request();
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.target, "/api/v1/x?y=1");
  EXPECT_EQ(got.body, "{}");
  EXPECT_EQ(got.headers.find("x-thing"), "padded");
  EXPECT_EQ(upstream.connection_count(), 1);
}

TEST(FaultUpstream, keeps_a_connection_for_many_requests) {
  FaultUpstream upstream(
      FaultUpstream::answering([](const Request& request) { return json_answer(request.target); }));
  RawClient client(upstream.port());
  client.send(request("GET", "/1") + request("GET", "/2"));
  EXPECT_EQ(client.read_answer().body, "/1");
  EXPECT_EQ(client.read_answer().body, "/2");
  EXPECT_EQ(upstream.connection_count(), 1);
  EXPECT_EQ(upstream.request_count(), 2);
}

TEST(FaultUpstream, streams_piece_by_piece_and_waits_for_the_test) {
  Signal go_on;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send_split(sse_head() + chunk("data: 1\n\n"), 1);
    connection.wait_for(go_on);
    connection.send(chunk("data: 2\n\n") + last_chunk());
  });
  RawClient client(upstream.port());
  client.send(request("GET", "/"));
  auto answer = client.begin_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(client.read_until(answer, "data: 1\n\n"));
  EXPECT_FALSE(answer.complete);
  go_on.set();
  client.finish(answer);
  EXPECT_TRUE(answer.complete);
  EXPECT_THAT(split_stream(answer.body).data(), ElementsAre("1", "2"));
}

TEST(FaultUpstream, resets_and_cuts) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    if (connection.index() == 0) connection.reset();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  RawClient first(upstream.port());
  first.send(request("GET", "/"));
  EXPECT_EQ(first.read_answer().status, 0);
  RawClient second(upstream.port());
  second.send(request("GET", "/"));
  const auto cut = second.read_answer();
  EXPECT_EQ(cut.status, 200);
  EXPECT_EQ(cut.body, "half");
  EXPECT_FALSE(cut.complete);
}

TEST(FaultUpstream, notices_that_the_peer_hangs_up) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  RawClient client(upstream.port());
  client.send(request("GET", "/"));
  EXPECT_TRUE(upstream.wait_for_requests(1));
  EXPECT_FALSE(upstream.wait_for_hangup(0ms));
  client.close();
  EXPECT_TRUE(upstream.wait_for_hangup());
}

TEST(FaultUpstream, a_body_cut_short_is_a_hangup) {
  FaultUpstream upstream([](UpstreamConnection& connection) { connection.read_request(); });
  RawClient client(upstream.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart");
  client.reset();
  EXPECT_TRUE(upstream.wait_for_hangup());
  EXPECT_EQ(upstream.request().body, "part");
}

TEST(FaultUpstream, measures_back_pressure) {
  Signal stalled;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    const std::string much(32 << 20, 'x');
    EXPECT_LT(connection.send_some(much, 200ms), much.size());
    stalled.set();
  });
  RawClient client(upstream.port(), {.receive_buffer_bytes = 4096});
  client.send(request("GET", "/"));
  EXPECT_TRUE(stalled.wait());
  client.reset();
}

TEST(FaultUpstream, ends_while_scripts_are_waiting) {
  Signal never;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    if (connection.index() == 0) connection.wait_for(never);
    if (connection.index() == 1) connection.stall_until_hangup();
    connection.read_request();
  });
  const RawClient first(upstream.port());
  const RawClient second(upstream.port());
  const RawClient third(upstream.port());
  EXPECT_TRUE(upstream.wait_for_connections(3));
}

TEST(FaultUpstream, speaks_ipv6) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer("6")), {.ipv6 = true});
  RawClient client(upstream.port(), {.ipv6 = true});
  client.send(request("GET", "/"));
  EXPECT_EQ(client.read_answer().body, "6");
}

TEST(FaultUpstream, speaks_tls) {
  const Authority authority;
  const auto server = server_context(authority.issue({.serial = 77}));
  const auto clients = client_context();
  FaultUpstream upstream(FaultUpstream::answering(json_answer("tls")), {.tls = server.get()});
  RawClient client(upstream.port(), {.tls = clients.get()});
  EXPECT_EQ(serial_of_peer(client.wire().tls()), 77);
  client.send(request("GET", "/"));
  EXPECT_EQ(client.read_answer().body, "tls");
  EXPECT_TRUE(upstream.tls_failures().empty());
}

TEST(FaultUpstream, records_a_failed_tls_handshake) {
  const Authority authority;
  const auto server = server_context(authority.issue({}));
  FaultUpstream upstream(FaultUpstream::answering(""), {.tls = server.get()});
  RawClient client(upstream.port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(wait_until([&] { return upstream.tls_failures().size() == 1; }));
}

TEST(BlackHole, accepts_nobody) {
  const BlackHole hole;
  const Stopwatch watch;
  auto connecting =
      std::thread([&] { EXPECT_FALSE(Wire::connect(hole.port(), {}, 300ms).is_open()); });
  connecting.join();
  EXPECT_GE(watch.elapsed(), 300ms);
}

}  // namespace
}  // namespace tollway::test
