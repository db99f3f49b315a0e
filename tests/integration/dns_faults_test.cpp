// The upstream's name does not resolve. Runs in a network of its own, with its own name server.
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/gateway_process.hpp"
#include "support/own_network.hpp"

namespace tollway::test {
namespace {

constexpr auto resolv_conf = "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n";

// A gateway whose upstream has the name; `threads` one, so that whoever blocks blocks all.
GatewayOptions options_for(const FaultUpstream& upstream, std::string_view name) {
  return {.upstream_url = upstream.url_for(name),
          .environment = {{"TOLLWAY_UPSTREAM_CONNECT_TIMEOUT", "1.5"}, {"TOLLWAY_THREADS", "1"}}};
}

void expect_dns_error(const FaultUpstream& upstream, std::string_view name) {
  SCOPED_TRACE(name);
  Gateway gateway(upstream, options_for(upstream, name));
  const Stopwatch watch;
  const auto answer = gateway.post("/api/v1/chat/completions", chat_dialect().body(false));
  EXPECT_LT(watch.elapsed(), 2s);
  expect_error_answer(answer, 502, "/api/v1/chat/completions");
  EXPECT_NE(answer.body.find(name), std::string::npos) << "it does not say which name";
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "dns_failed");
  EXPECT_EQ(record.attempts(), 1);
}

void expect_others_go_on(const FaultUpstream& upstream, const DnsServer& names) {
  Gateway gateway(upstream, options_for(upstream, "silence.test"));
  RawClient waiting(gateway.port());
  const Stopwatch watch;
  waiting.send(
      gateway.request_bytes("POST", "/api/v1/chat/completions", chat_dialect().body(false)));
  ASSERT_TRUE(wait_until([&] { return names.query_count() > 0; }));
  // The name server keeps silent, and everybody else is served meanwhile.
  for (int i = 0; i < 20; ++i) EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
  EXPECT_LT(watch.elapsed(), 1s);
  const auto answer = waiting.read_answer();
  EXPECT_GE(watch.elapsed(), 1300ms);
  EXPECT_LE(watch.elapsed(), 2s);
  const auto record = gateway.wait_for_record(
      [](const AccessRecord& line) { return line.route() == "chat/completions"; });
  if (record.outcome() == "dns_failed") {
    expect_error_answer(answer, 502, "/api/v1/chat/completions");
  } else {
    EXPECT_EQ(record.outcome(), "connect_timeout");
    expect_error_answer(answer, 504, "/api/v1/chat/completions");
  }
}

void run(void (*body)(const FaultUpstream&, const DnsServer&)) {
  const bool ran = in_own_network(resolv_conf, [body] {
    const DnsServer names;
    FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
    body(upstream, names);
  });
  if (!ran) GTEST_SKIP() << "a network namespace, which needs root";
}

TEST(DnsFaults, U03_name_resolves) {
  run([](const FaultUpstream& upstream, const DnsServer&) {
    Gateway gateway(upstream, options_for(upstream, "some.test"));
    EXPECT_EQ(gateway.post("/api/v1/chat/completions", chat_dialect().body(false)).status, 200);
  });
}

TEST(DnsFaults, U03_nxdomain) {
  run([](const FaultUpstream& upstream, const DnsServer&) {
    expect_dns_error(upstream, "nxdomain.test");
  });
}

TEST(DnsFaults, U03_servfail) {
  run([](const FaultUpstream& upstream, const DnsServer&) {
    expect_dns_error(upstream, "servfail.test");
  });
}

TEST(DnsFaults, U03_no_answer) {
  run(expect_others_go_on);
}

}  // namespace
}  // namespace tollway::test
