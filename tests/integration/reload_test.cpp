// SIGHUP: new certificates and a new access file, and nobody is dropped.
#include <gtest/gtest.h>

#include <csignal>

#include "support/certificates.hpp"
#include "support/dialects.hpp"
#include "support/gateway_process.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

class Reload : public testing::Test {
 protected:
  void install(int serial) const { install(authority_.issue({.serial = serial})); }
  void install(const Certificate& certificate) const {
    replace_file(files_.path() / "key.pem", certificate.key_pem);
    replace_file(files_.path() / "chain.pem", certificate.chain_pem);
  }
  [[nodiscard]] std::vector<std::string> tls_flags() const {
    return {"--tls-certificate", (files_.path() / "chain.pem").string(), "--tls-key",
            (files_.path() / "key.pem").string()};
  }
  [[nodiscard]] long serial_shown(const Gateway& gateway) const {
    RawClient client(gateway.port(), {.tls = clients_.get()});
    return serial_of_peer(client.wire().tls());
  }

  Authority authority_;
  TemporaryDirectory files_;
  SslContext clients_ = client_context();
};

TEST_F(Reload, new_certificate_without_a_drop) {
  Signal reloaded;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(chat_dialect().begun_stream()));
    connection.wait_for(reloaded);
    connection.send(
        chunk(chat_dialect().whole_stream().substr(chat_dialect().begun_stream().size())) +
        last_chunk());
  });
  install(1001);
  Gateway gateway(upstream, {.flags = tls_flags()});
  RawClient client(gateway.port(), {.tls = clients_.get()});
  EXPECT_EQ(serial_of_peer(client.wire().tls()), 1001);
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, chat_dialect().begun_stream()));

  install(1002);
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return serial_shown(gateway) == 1002; }));
  // Each of its threads has taken the new one: connections spread over them.
  EXPECT_TRUE(wait_until([&] {
    int in_a_row = 0;
    while (in_a_row < 16 && serial_shown(gateway) == 1002) ++in_a_row;
    return in_a_row == 16;
  }));
  reloaded.set();
  client.finish(answer);
  EXPECT_EQ(answer.body, chat_dialect().whole_stream());
  // The old connection carries further requests.
  client.send(gateway.request_bytes("GET", "/api/v1/health"));
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(Reload, a_bad_certificate_leaves_the_old_one) {
  install(1001);
  Gateway gateway({.flags = tls_flags()});
  const auto mismatched = Certificate{authority_.issue({.serial = 1002}).chain_pem,
                                      authority_.issue({.serial = 1003}).key_pem};
  for (const auto& bad : {mismatched, Certificate{"nonsense", "nonsense"}}) {
    install(bad);
    const auto said_before = gateway.standard_error().size();
    gateway.process().signal(SIGHUP);
    EXPECT_TRUE(wait_until([&] {
      return gateway.standard_error().find("the TLS ", said_before) != std::string::npos;
    })) << "nothing says that the certificate was not taken";
    EXPECT_EQ(serial_shown(gateway), 1001);
  }
}

TEST_F(Reload, plain_http_on_a_tls_port_ends) {
  install(1001);
  Gateway gateway({.flags = tls_flags()});
  RawClient client(gateway.port());
  client.send(request("GET", "/api/v1/health"));
  static_cast<void>(client.read_answer());
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(serial_shown(gateway), 1001);
}

TEST_F(Reload, access_file_is_reopened) {
  Gateway gateway(GatewayOptions{});
  EXPECT_EQ(gateway.get("/api/v1/models").status, 200);
  EXPECT_EQ(gateway.record().route(), "models");
  const auto rotated = gateway.data() / "access.jsonl.1";
  std::filesystem::rename(gateway.data() / "access.jsonl", rotated);
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(gateway.data() / "access.jsonl"); }));
  EXPECT_EQ(gateway.get("/api/v1/models").status, 200);
  EXPECT_EQ(gateway.record().route(), "models");
  gateway.stop();
  EXPECT_EQ(gateway.records().size(), 1U);
  EXPECT_EQ(read_access_records(rotated).size(), 1U);
}

}  // namespace
}  // namespace tollway::test
