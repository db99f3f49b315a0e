// The first provider cannot be reached, or is lost before it answers; the second one answers.
#include <gtest/gtest.h>

#include "integration/two_providers.hpp"
#include "support/certificates.hpp"
#include "support/own_network.hpp"

namespace tollway::test {
namespace {

class SecondAfterConnect : public TwoProviders {};
INSTANTIATE_TEST_SUITE_P(U, SecondAfterConnect, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(SecondAfterConnect, U01_connection_refused_second_answers) {
  const RefusingPort port;
  FaultUpstream second(serving(second_of(dialect())));
  for (const bool stream : {false, true}) {
    const auto both =
        providers(fmt::format("http://127.0.0.1:{}/api/v1", port.number()), second.url());
    Gateway gateway(both.options(patient()));
    expect_second(gateway.post(dialect().path(), body(stream)), stream);
    expect_settled(gateway, {{"first", "connect_failed"}, {"second", "ok"}});
  }
}

TEST_P(SecondAfterConnect, U02_connect_black_hole_second_answers) {
  const BlackHole hole;
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(hole.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_UPSTREAM_CONNECT_TIMEOUT", "1"}})));
  const Stopwatch watch;
  expect_second(gateway.post(dialect().path(), body(true)), true);
  EXPECT_GE(watch.elapsed(), 900ms);
  EXPECT_LE(watch.elapsed(), 5s);
  expect_settled(gateway, {{"first", "connect_timeout"}, {"second", "ok"}});
}

TEST_P(SecondAfterConnect, U03_no_such_name_second_answers) {
  const bool ran = in_own_network("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n", [] {
    const DnsServer names;
    FaultUpstream second(serving(second_of(dialect())));
    for (const auto* name : {"nxdomain.test", "servfail.test"}) {
      const auto both = providers(second.url_for(name), second.url());
      Gateway gateway(both.options(patient()));
      expect_second(gateway.post(dialect().path(), body(false)), false);
      expect_settled(gateway, {{"first", "dns_failed"}, {"second", "ok"}});
    }
  });
  if (!ran) GTEST_SKIP() << "a network namespace, which needs root";
}

TEST_P(SecondAfterConnect, U03_name_server_that_does_not_answer_second_answers) {
  const bool ran = in_own_network("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n", [] {
    const DnsServer names;
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(second.url_for("silence.test"), second.url());
    Gateway gateway(both.options(patient({{"TOLLWAY_UPSTREAM_CONNECT_TIMEOUT", "1"}})));
    const Stopwatch watch;
    expect_second(gateway.post(dialect().path(), body(false)), false);
    EXPECT_LE(watch.elapsed(), 5s);
    EXPECT_EQ(gateway.only_record().attempts(), 2);
  });
  if (!ran) GTEST_SKIP() << "a network namespace, which needs root";
}

TEST_P(SecondAfterConnect, U04_bad_certificate_second_answers) {
  const Authority authority;
  const TemporaryDirectory files;
  const auto trusted = files.write("authority.pem", authority.pem());
  for (const CertificateOptions& bad :
       {CertificateOptions{.expired = true}, CertificateOptions{.names = "DNS:elsewhere.test"}}) {
    SCOPED_TRACE(bad.names);
    const auto context = server_context(authority.issue(bad));
    FaultUpstream first(serving(dialect()), {.tls = context.get()});
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url_for("localhost"), second.url());
    Gateway gateway(both.options(patient({{"SSL_CERT_FILE", trusted.string()}})));
    expect_second(gateway.post(dialect().path(), body(false)), false);
    EXPECT_TRUE(wait_until([&] { return !first.tls_failures().empty(); }));
    EXPECT_EQ(first.request_count(), 0) << "application bytes were sent";
    expect_settled(gateway, {{"first", "tls_failed"}, {"second", "ok"}});
  }
}

TEST_P(SecondAfterConnect, U05_reset_before_headers_second_answers) {
  FaultUpstream first([](UpstreamConnection& connection) {
    connection.read_request();
    connection.reset();
  });
  FaultUpstream second(serving(second_of(dialect())));
  for (const bool stream : {false, true}) {
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    expect_second(gateway.post(dialect().path(), body(stream)), stream);
    EXPECT_EQ(first.request(stream ? 1 : 0).headers.find("authorization"),
              "Bearer " + SeveralProviders::key_of("first"));
    EXPECT_EQ(second.request(stream ? 1 : 0).headers.find("authorization"),
              "Bearer " + SeveralProviders::key_of("second"));
    expect_settled(gateway, {{"first", "connection_lost"}, {"second", "ok"}});
  }
  EXPECT_EQ(first.request_count(), 2) << "another provider now is better than the same one again";
  EXPECT_EQ(second.request_count(), 2);
}

// A connection that went stale while it was idle is nobody's failure: the same provider is asked
// on a fresh one, and the other is left alone.
TEST_P(SecondAfterConnect, U06_reset_on_reused_connection_first_answers) {
  FaultUpstream first([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(json_answer(dialect().json));
    connection.read_request();
    if (connection.index() == 0) return connection.reset();
    connection.send(json_answer(dialect().json));
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient()));
  RawClient client(gateway.port());
  for (int i = 0; i < 2; ++i) {
    client.send(gateway.request_bytes("POST", dialect().path(), body(false)));
    EXPECT_EQ(client.read_answer().status, 200);
  }
  EXPECT_EQ(first.request_count(), 3);
  EXPECT_EQ(second.request_count(), 0);
  gateway.stop();
  for (const auto& record : gateway.records()) EXPECT_EQ(record.attempts(), 1);
}

TEST_P(SecondAfterConnect, U06_reset_on_reused_and_on_fresh_connection_second_answers) {
  FaultUpstream first([](UpstreamConnection& connection) {
    connection.read_request();
    if (connection.index() > 0) return connection.reset();
    connection.send(json_answer(dialect().json));
    connection.read_request();
    connection.reset();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient()));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), body(false)));
  EXPECT_EQ(client.read_answer().status, 200);
  client.send(gateway.request_bytes("POST", dialect().path(), body(false)));
  expect_second(client.read_answer(), false);
  EXPECT_EQ(first.request_count(), 3);
  EXPECT_EQ(second.request_count(), 1);
  gateway.stop();
  ASSERT_EQ(gateway.records().size(), 2U);
  EXPECT_EQ(gateway.records()[1].attempts(), 2);
}

TEST_P(SecondAfterConnect, U07_closed_right_after_headers_second_answers) {
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
    FaultUpstream first([&](UpstreamConnection& connection) {
      if (!connection.read_request()) return;
      connection.send(heads[i]);
      connection.close();
    });
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    const bool stream = i >= 4;
    expect_second(gateway.post(dialect().path(), body(stream)), stream);
    EXPECT_EQ(first.request_count(), 1);
    const bool whole = i == 2 || i == 3;  // and nothing in it
    expect_settled(gateway, {{"first", whole ? "upstream_invalid" : "connection_lost", stream},
                             {"second", "ok"}});
  }
}

}  // namespace
}  // namespace tollway::test
