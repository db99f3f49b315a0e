// TLS on both sides: what holds for plain connections holds there.
#include <gtest/gtest.h>

#include "integration/in_each_dialect.hpp"
#include "support/certificates.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

// A gateway that speaks TLS to its clients and to its upstream.
class Tls : public testing::Test {
 protected:
  [[nodiscard]] GatewayOptions options(const FaultUpstream& upstream) const {
    return {.upstream_url = upstream.url_for("localhost"),
            .environment = {{"SSL_CERT_FILE", files_.write("ca.pem", authority_.pem()).string()}},
            .flags = {"--tls-certificate", files_.write("chain.pem", own_.chain_pem).string(),
                      "--tls-key", files_.write("key.pem", own_.key_pem).string()}};
  }
  [[nodiscard]] FaultUpstream::Options upstream_options() const { return {.tls = server_.get()}; }
  [[nodiscard]] RawClient::Options client_options() const { return {.tls = clients_.get()}; }

  Authority authority_;
  TemporaryDirectory files_;
  Certificate own_ = authority_.issue({});
  SslContext server_ = server_context(authority_.issue({}));
  SslContext clients_ = client_context();
};

TEST_F(Tls, many_requests_on_one_connection_each_way) {
  FaultUpstream upstream(FaultUpstream::answering([](const Request& request) {
                           const bool stream = request.body.find("\"stream\"") != std::string::npos;
                           return stream ? sse_answer(chat_dialect().whole_stream())
                                         : json_answer(chat_dialect().json);
                         }),
                         upstream_options());
  Gateway gateway(options(upstream));
  RawClient client(gateway.port(), client_options());
  for (int i = 0; i < 20; ++i) {
    const bool stream = i % 2 == 0;
    client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(stream)));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer.complete);
    ASSERT_EQ(answer.body, stream ? chat_dialect().whole_stream() : chat_dialect().json);
  }
  EXPECT_EQ(upstream.connection_count(), 1);
}

TEST_F(Tls, U08_reset_mid_stream) {
  Signal relayed;
  FaultUpstream upstream(
      [&](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(sse_head() + chunk(chat_dialect().begun_stream()));
        connection.wait_for(relayed);
        connection.reset();
      },
      upstream_options());
  Gateway gateway(options(upstream));
  RawClient client(gateway.port(), client_options());
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, chat_dialect().begun_stream()));
  relayed.set();
  client.finish(answer);
  expect_error_event(chat_dialect(), answer);
  EXPECT_EQ(gateway.only_record().outcome(), "connection_lost");
}

// The body lasts until the connection ends, and somebody on the way ends it: without TLS's own
// goodbye that is no end.
TEST_F(Tls, U15_end_without_close_notify_is_a_truncation) {
  FaultUpstream upstream(
      [](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" +
                        chat_dialect().json);
        SSL_set_quiet_shutdown(connection.wire().tls(), 1);
        connection.close();
      },
      upstream_options());
  Gateway gateway(options(upstream));
  RawClient client(gateway.port(), client_options());
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(false)));
  expect_error_answer(client.read_answer(), 502, chat_path);
  EXPECT_EQ(gateway.only_record().outcome(), "connection_lost");
}

TEST_F(Tls, C02_client_leaves_mid_stream) {
  FaultUpstream upstream(
      [](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(sse_head() + chunk(chat_dialect().begun_stream()));
        connection.stall_until_hangup();
      },
      upstream_options());
  Gateway gateway(options(upstream));
  RawClient client(gateway.port(), client_options());
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, chat_dialect().begun_stream()));
  client.close();
  EXPECT_TRUE(upstream.wait_for_hangup(2s));
  EXPECT_EQ(gateway.only_record().outcome(), "cancelled");
}

TEST_F(Tls, large_messages_in_both_directions) {
  const std::string padding(6 << 20, 'x');
  const auto body = fmt::format(R"({{"model":"m","messages":[],"user":"{}"}})", padding);
  FaultUpstream upstream(
      FaultUpstream::answering([](const Request& request) { return json_answer(request.body); }),
      upstream_options());
  Gateway gateway(options(upstream));
  RawClient client(gateway.port(), client_options());
  client.send(gateway.request_bytes("POST", chat_path, body));
  EXPECT_EQ(client.read_answer().body, body);
  EXPECT_EQ(upstream.request().body, body);
}

// Handshakes that never end hold up nobody else.
TEST_F(Tls, half_a_handshake_is_given_up) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)),
                         upstream_options());
  auto quick = options(upstream);
  quick.environment["TOLLWAY_CLIENT_HEAD_TIMEOUT"] = "0.5";
  Gateway gateway(quick);
  RawClient silent(gateway.port());
  RawClient halfway(gateway.port());
  halfway.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  RawClient client(gateway.port(), client_options());
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(false)));
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(halfway.wait_for_close(3s));
  EXPECT_TRUE(silent.wait_for_close(3s));
}

}  // namespace
}  // namespace tollway::test
