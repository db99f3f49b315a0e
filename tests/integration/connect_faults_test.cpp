// The upstream cannot be reached, or is lost before it answers.
#include <gtest/gtest.h>

#include <atomic>

#include "integration/in_each_dialect.hpp"
#include "support/certificates.hpp"

namespace tollway::test {
namespace {

class ConnectFaults : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(U, ConnectFaults, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(ConnectFaults, U01_connection_refused) {
  const RefusingPort port;
  Gateway gateway({.upstream_url = fmt::format("http://127.0.0.1:{}/api/v1", port.number())});
  expect_error_answer(gateway.post(dialect().path(), dialect().body(false)), 502, dialect().path());
  const auto record = expect_record(gateway, "connect_failed", 502, false);
  EXPECT_EQ(record.attempts(), 3);
  EXPECT_FALSE(record.number("completion_tokens")) << "nothing was produced, nothing is charged";
}

// A machine that is busy with something else makes any one of them take longer, and none shorter:
// so each is at least as long as it should be, and the shortest is as long as the program waits.
TEST_P(ConnectFaults, U02_connect_black_hole) {
  constexpr std::size_t tries_max = 4;
  const BlackHole hole;
  Gateway gateway({.upstream_url = hole.url(),
                   .environment = {{"TOLLWAY_UPSTREAM_CONNECT_TIMEOUT", "1.5"},
                                   {"TOLLWAY_ROUTING_BREAKER_FAILURES_IN_A_ROW", "1000"}}});
  auto shortest = Millis::max();
  std::size_t tries = 0;
  for (; tries < tries_max && shortest > 1650ms; ++tries) {
    const Stopwatch watch;
    const auto answer = gateway.post(dialect().path(), dialect().body(true));
    const auto taken = watch.elapsed();
    expect_error_answer(answer, 504, dialect().path());
    EXPECT_GE(taken, 1350ms);
    shortest = std::min(shortest, taken);
  }
  EXPECT_LE(shortest, 1650ms);
  gateway.stop();
  const auto records = gateway.records();
  EXPECT_EQ(records.size(), tries);
  for (const auto& record : records) {
    EXPECT_EQ(record.outcome(), "connect_timeout");
    EXPECT_EQ(record.status(), 504);
    EXPECT_EQ(record.route(), dialect().route);
    EXPECT_TRUE(record.stream());
    EXPECT_EQ(record.attempts(), 1);
  }
}

struct BadCertificate {
  std::string name;
  CertificateOptions options;
  std::string said;  // what the error must name
};
void PrintTo(const BadCertificate& bad, std::ostream* out) {
  *out << bad.name;
}

class TlsFaults : public testing::TestWithParam<BadCertificate> {};
INSTANTIATE_TEST_SUITE_P(
    U, TlsFaults,
    testing::Values(BadCertificate{"expired", {.expired = true}, "expired"},
                    BadCertificate{"wrong_host", {.names = "DNS:elsewhere.test"}, "localhost"},
                    BadCertificate{"self_signed", {.self_signed = true}, "self"}),
    [](const auto& info) { return info.param.name; });

TEST_P(TlsFaults, U04_bad_certificate) {
  const Authority authority;
  const TemporaryDirectory files;
  const auto trusted = files.write("authority.pem", authority.pem());
  const auto context = server_context(authority.issue(GetParam().options));
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)),
                         {.tls = context.get()});
  Gateway gateway(upstream, {.upstream_url = upstream.url_for("localhost"),
                             .environment = {{"SSL_CERT_FILE", trusted.string()}}});
  const auto answer = gateway.post("/api/v1/chat/completions", chat_dialect().body(false));
  expect_error_answer(answer, 502, "/api/v1/chat/completions");
  EXPECT_NE(answer.body.find(GetParam().said), std::string::npos) << answer.body;
  EXPECT_TRUE(wait_until([&] { return !upstream.tls_failures().empty(); }));
  EXPECT_EQ(upstream.request_count(), 0) << "application bytes were sent";
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "tls_failed");
  EXPECT_EQ(record.attempts(), 1);
}

TEST(TlsFaults, U04_good_certificate) {
  const Authority authority;
  const TemporaryDirectory files;
  const auto trusted = files.write("authority.pem", authority.pem());
  const auto context = server_context(authority.issue({}));
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)),
                         {.tls = context.get()});
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    Gateway gateway(upstream, {.upstream_url = upstream.url_for(host),
                               .environment = {{"SSL_CERT_FILE", trusted.string()}}});
    EXPECT_EQ(gateway.post("/api/v1/chat/completions", chat_dialect().body(false)).status, 200);
  }
}

TEST_P(ConnectFaults, U05_reset_before_headers) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    if (connection.index() == 0) return connection.reset();
    connection.send(json_answer(dialect().json));
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(false));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body_json(), parse_json(dialect().json));
  EXPECT_EQ(upstream.connection_count(), 2);
  EXPECT_EQ(upstream.request_count(), 2);
  EXPECT_EQ(upstream.request(0).body, upstream.request(1).body);
  EXPECT_EQ(expect_record(gateway, "ok", 200, false).attempts(), 2);
}

TEST_P(ConnectFaults, U05_reset_before_headers_every_time) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.reset();
  });
  Gateway gateway(upstream);
  expect_error_answer(gateway.post(dialect().path(), dialect().body(true)), 502, dialect().path());
  EXPECT_EQ(upstream.request_count(), 3) << "retried twice, not more";
  EXPECT_EQ(expect_record(gateway, "connection_lost", 502, true).attempts(), 3);
}

TEST(ConnectFaults, U06_reset_on_reused_connection) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(json_answer(chat_dialect().json));
    // The second request comes on this connection, or on the fresh one after the reset.
    connection.read_request();
    if (connection.index() == 0) return connection.reset();
    connection.send(json_answer(chat_dialect().json));
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  for (int i = 0; i < 2; ++i) {
    client.send(
        gateway.request_bytes("POST", "/api/v1/chat/completions", chat_dialect().body(false)));
    EXPECT_EQ(client.read_answer().status, 200);
  }
  EXPECT_EQ(upstream.connection_count(), 2);
  EXPECT_EQ(upstream.request_count(), 3);
  gateway.stop();
  ASSERT_EQ(gateway.records().size(), 2U);
  for (const auto& record : gateway.records()) {
    EXPECT_EQ(record.outcome(), "ok");
    EXPECT_EQ(record.attempts(), 1) << "the retry is silent";
  }
}

TEST(ConnectFaults, U06_closed_while_idle) {
  Signal first_answered;
  Signal gone;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(json_answer(chat_dialect().json));
    if (connection.index() > 0) return;
    connection.wait_for(first_answered);
    connection.reset();
    gone.set();
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  const auto bytes =
      gateway.request_bytes("POST", "/api/v1/chat/completions", chat_dialect().body(false));
  client.send(bytes);
  EXPECT_EQ(client.read_answer().status, 200);
  first_answered.set();
  ASSERT_TRUE(gone.wait());
  client.send(bytes);
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(upstream.connection_count(), 2);
  EXPECT_EQ(upstream.request_count(), 2);
}

// Each way to answer with a head and nothing behind it.
TEST_P(ConnectFaults, U07_closed_right_after_headers) {
  const std::vector<std::string> heads = {
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
      sse_head(),
      sse_head() + last_chunk(),
  };
  for (std::size_t i = 0; i < heads.size(); ++i) {
    SCOPED_TRACE(heads[i]);
    FaultUpstream upstream([&](UpstreamConnection& connection) {
      if (!connection.read_request()) return;
      connection.send(heads[i]);
      connection.close();
    });
    Gateway gateway(upstream);
    const bool stream = i >= 4;
    const auto answer = gateway.post(dialect().path(), dialect().body(stream));
    if (answer.status == 200) {
      expect_error_event(dialect(), answer);
    } else {
      expect_error_answer(answer, 502, dialect().path());
    }
    EXPECT_NE(gateway.only_record().outcome(), "ok");
    EXPECT_EQ(upstream.request_count(), 1) << "what was answered is not asked again";
  }
}

}  // namespace
}  // namespace tollway::test
