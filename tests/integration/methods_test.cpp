// Requests that ask for a tunnel, for less than an answer, or for leave to go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/gateway_process.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

class Methods : public testing::Test {
 protected:
  // After whatever came before, the connection's framing is intact: a plain request is answered.
  void expect_in_step(RawClient& client) const {
    client.send(gateway_.request_bytes("POST", chat_path, chat_dialect().body(false)));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body_json(), parse_json(chat_dialect().json));
  }

  FaultUpstream upstream_{FaultUpstream::answering(json_answer(chat_dialect().json))};
  Gateway gateway_{upstream_};
};

TEST_F(Methods, C07_upgrade_with_a_body_makes_no_tunnel) {
  RawClient client(gateway_.port());
  client.send(gateway_.request_bytes("POST", chat_path, chat_dialect().body(false),
                                     {{"Connection", "Upgrade, keep-alive"},
                                      {"Upgrade", "websocket"},
                                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                      {"Sec-WebSocket-Version", "13"}}));
  const auto answer = client.read_answer();
  EXPECT_THAT(answer.status, testing::AnyOf(200, 400));
  EXPECT_FALSE(answer.headers.has("upgrade"));
  if (answer.status == 200) {
    EXPECT_FALSE(upstream_.request().headers.has("upgrade"));
    expect_in_step(client);
  }
}

TEST_F(Methods, C07_http_2_upgrade_is_not_taken) {
  RawClient client(gateway_.port());
  client.send(gateway_.request_bytes("GET", "/api/v1/health", "",
                                     {{"Connection", "Upgrade, HTTP2-Settings"},
                                      {"Upgrade", "h2c"},
                                      {"HTTP2-Settings", "AAMAAABkAAQAAP__"}}));
  EXPECT_EQ(client.read_answer().status, 200);
  expect_in_step(client);
}

TEST_F(Methods, C07_connect_makes_no_tunnel) {
  FaultUpstream inside(FaultUpstream::answering(json_answer("{}")));
  for (const auto& target : {fmt::format("127.0.0.1:{}", inside.port()), std::string("/")}) {
    RawClient client(gateway_.port());
    client.send(fmt::format("CONNECT {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
                            target, gateway_.key()));
    const auto answer = client.read_answer();
    EXPECT_THAT(answer.status, testing::AnyOf(400, 404, 405, 501)) << answer.raw_head;
    // What follows is not carried anywhere.
    client.send("GET / HTTP/1.1\r\nHost: inside\r\n\r\n");
    static_cast<void>(client.read_answer());
  }
  EXPECT_EQ(inside.connection_count(), 0);
  EXPECT_EQ(upstream_.connection_count(), 0);
}

TEST_F(Methods, C08_host_that_is_more_than_a_host) {
  for (const auto* host : {"a/b", "a?b", "a#b", "a@b", "user:pass@a", "a b", "a\\b", ""}) {
    RawClient client(gateway_.port());
    client.send(fmt::format("GET /api/v1/health HTTP/1.1\r\nHost: {}\r\n\r\n", host));
    EXPECT_EQ(client.read_answer().status, 400) << host;
    EXPECT_TRUE(client.wait_for_close()) << host;
  }
  for (const auto* host : {"localhost", "127.0.0.1:8484", "[::1]:8484", "gateway.example"}) {
    RawClient client(gateway_.port());
    client.send(fmt::format("GET /api/v1/health HTTP/1.1\r\nHost: {}\r\n\r\n", host));
    EXPECT_EQ(client.read_answer().status, 200) << host;
  }
}

TEST_F(Methods, C16_expect_continue) {
  RawClient client(gateway_.port());
  const auto bytes = gateway_.request_bytes("POST", chat_path, chat_dialect().body(false),
                                            {{"Expect", "100-continue"}});
  const auto head_size = bytes.find("\r\n\r\n") + 4;
  client.send(std::string_view(bytes).substr(0, head_size));
  EXPECT_EQ(client.begin_answer().status, 100);
  client.send(std::string_view(bytes).substr(head_size));
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_FALSE(upstream_.request().headers.has("expect"));
  expect_in_step(client);
}

TEST_F(Methods, C16_expect_continue_is_refused_without_a_key) {
  RawClient client(gateway_.port());
  client.send(
      fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                  "Expect: 100-continue\r\n\r\n",
                  chat_path));
  const auto answer = client.read_answer();
  expect_error_answer(answer, 401, chat_path);
  EXPECT_TRUE(answer.interim.empty()) << "the body was asked for";
}

TEST_F(Methods, C16_unknown_expectation) {
  RawClient client(gateway_.port());
  client.send(gateway_.request_bytes("POST", chat_path, chat_dialect().body(false),
                                     {{"Expect", "the unexpected"}}));
  EXPECT_THAT(client.read_answer().status, testing::AnyOf(200, 417));
}

TEST_F(Methods, C16_head_has_no_body) {
  RawClient client(gateway_.port());
  for (const auto* target : {"/api/v1/health", "/api/v1/chat/completions", "/nowhere"}) {
    client.send(gateway_.request_bytes("HEAD", target));
    const auto answer = client.read_answer(patience, RawClient::To::head);
    EXPECT_THAT(answer.status, testing::AnyOf(200, 404, 405)) << target;
    EXPECT_FALSE(answer.headers.has("transfer-encoding"));
    expect_in_step(client);
  }
}

TEST_F(Methods, C16_options) {
  RawClient client(gateway_.port());
  for (const auto* target : {chat_path, "/api/v1/health", "*"}) {
    client.send(gateway_.request_bytes("OPTIONS", target));
    const auto answer = client.read_answer();
    EXPECT_THAT(answer.status, testing::AnyOf(200, 204, 404, 405)) << target;
    EXPECT_TRUE(answer.complete);
    expect_in_step(client);
  }
}

TEST_F(Methods, unknown_routes_and_wrong_methods) {
  for (const auto* prefix : {"/api/v1/", "/v1/"}) {
    RawClient client(gateway_.port());
    const auto path = [&](std::string_view rest) { return prefix + std::string(rest); };
    client.send(gateway_.request_bytes("GET", path("nowhere")));
    expect_error_answer(client.read_answer(), 404, path("nowhere"));
    client.send(gateway_.request_bytes("GET", path("chat/completions")));
    auto answer = client.read_answer();
    expect_error_answer(answer, 405, path("chat/completions"));
    EXPECT_TRUE(answer.headers.find("allow").value_or("").starts_with("POST"));
    client.send(gateway_.request_bytes("DELETE", path("messages")));
    answer = client.read_answer();
    expect_error_answer(answer, 405, path("messages"));
    client.send(gateway_.request_bytes("POST", path("models"), "{}"));
    answer = client.read_answer();
    expect_error_answer(answer, 405, path("models"));
    EXPECT_TRUE(answer.headers.find("allow").value_or("").starts_with("GET"));
    expect_in_step(client);
  }
}

}  // namespace
}  // namespace tollway::test
