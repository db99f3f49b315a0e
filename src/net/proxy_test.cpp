#include "net/proxy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client_test.hpp"

namespace tollway::net {
namespace {

using test::ScriptedPeer;
using testing::HasSubstr;
using testing::Not;

TEST(ProxySettings, come_from_a_url) {
  const auto settings = parse_proxy_settings("http://proxy.example:3128", "localhost");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->https_proxy, (http::Origin{false, "proxy.example", 3128}));
  EXPECT_EQ(settings->authorization, "");
  EXPECT_EQ(settings->no_proxy, "localhost");
  EXPECT_EQ(parse_proxy_settings("proxy.example:3128", "")->https_proxy,
            (http::Origin{false, "proxy.example", 3128}));
  EXPECT_EQ(parse_proxy_settings("", "")->https_proxy, std::nullopt);
}

TEST(ProxySettings, userinfo_becomes_basic_authentication) {
  // The example of RFC 7617, and one with an encoded colon and percent sign.
  EXPECT_EQ(parse_proxy_settings("http://Aladdin:open%20sesame@p:1", "")->authorization,
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(parse_proxy_settings("http://user:a%3Ab%25@p:1", "")->authorization,
            "Basic dXNlcjphOmIl");
}

TEST(ProxySettings, other_kinds_are_refused_without_showing_a_password) {
  for (const auto* const url : {"https://user:hunter2@proxy.example", "socks5://hunter2@p:1",
                                "http://user:hunter2@p:1/path", "http://user:hunter2@p:0"}) {
    const auto settings = parse_proxy_settings(url, "");
    ASSERT_FALSE(settings) << url;
    EXPECT_THAT(settings.error().message, HasSubstr("HTTPS_PROXY is expected to be http://"));
    EXPECT_THAT(settings.error().message, Not(HasSubstr("hunter2")));
  }
}

struct NoProxyCase {
  const char* no_proxy;
  http::Origin origin;
  bool proxied;
};

class NoProxy : public testing::TestWithParam<NoProxyCase> {};

TEST_P(NoProxy, names_what_is_reached_directly) {
  ProxySettings settings{http::Origin{false, "proxy", 3128}, "", GetParam().no_proxy};
  EXPECT_EQ(uses_proxy(settings, GetParam().origin), GetParam().proxied);
}

INSTANTIATE_TEST_SUITE_P(
    Proxy, NoProxy,
    testing::Values(NoProxyCase{"", {true, "api.example", 443}, true},
                    NoProxyCase{"", {false, "api.example", 80}, false},
                    NoProxyCase{"*", {true, "api.example", 443}, false},
                    NoProxyCase{"example", {true, "api.example", 443}, false},
                    NoProxyCase{".example", {true, "api.example", 443}, false},
                    NoProxyCase{"api.EXAMPLE", {true, "api.example", 443}, false},
                    NoProxyCase{"pi.example", {true, "api.example", 443}, true},
                    NoProxyCase{"other, api.example ,x", {true, "api.example", 443}, false},
                    NoProxyCase{"api.example:443", {true, "api.example", 443}, false},
                    NoProxyCase{"api.example:8443", {true, "api.example", 443}, true},
                    NoProxyCase{"127.0.0.1", {true, "127.0.0.1", 443}, false},
                    NoProxyCase{"::1", {true, "::1", 443}, false},
                    NoProxyCase{"[::1]:443", {true, "::1", 443}, false},
                    NoProxyCase{"[::1]:8443", {true, "::1", 443}, true},
                    NoProxyCase{",,", {true, "api.example", 443}, true}));

class TunnelTest : public test::ClientTest {
 protected:
  void use_proxy(const ScriptedPeer& peer, std::string authorization = "") {
    make_pool({.proxy = {http::Origin{false, "127.0.0.1", peer.port()}, std::move(authorization),
                         "direct.example"}});
  }
};

TEST_F(TunnelTest, a_refusal_names_the_proxys_status) {
  std::string received;
  test::Fetched fetched;
  {
    ScriptedPeer proxy([&](ScriptedPeer& self) {
      auto connection = self.accept();
      connection.read_until("\r\n\r\n");
      received = connection.received;
      connection.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      connection.wait_for_end();
    });
    use_proxy(proxy, "Basic eDp5");
    fetched = fetch({true, "api.example", 443});
    EXPECT_EQ(fetched.message(), "the proxy http://127.0.0.1:" + std::to_string(proxy.port()) +
                                     " answered 407 to CONNECT https://api.example:443");
  }
  EXPECT_EQ(fetched.code(), Errc::connect_failed);
  EXPECT_EQ(received,
            "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n"
            "Proxy-Authorization: Basic eDp5\r\n\r\n");
}

TEST_F(TunnelTest, bytes_that_come_before_the_origin_was_asked_are_refused) {
  ScriptedPeer proxy([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK");
    connection.wait_for_end();
  });
  use_proxy(proxy);
  EXPECT_EQ(fetch({true, "api.example", 443}).code(), Errc::connect_failed);
}

TEST_F(TunnelTest, a_proxy_that_says_nothing_ends_at_the_connect_timeout) {
  timeouts_.connect = std::chrono::milliseconds(100);
  ScriptedPeer proxy([&](ScriptedPeer& self) { self.accept().wait_for_end(); });
  use_proxy(proxy);
  const auto start = Clock::now();
  const auto fetched = fetch({true, "api.example", 443});
  EXPECT_EQ(fetched.code(), Errc::connect_timeout);
  EXPECT_THAT(fetched.message(), HasSubstr("no answer to the proxy's CONNECT"));
  EXPECT_LE(test::milliseconds_since(start), 200);
}

TEST_F(TunnelTest, S01_an_address_is_judged_even_where_the_proxy_would_dial_it) {
  ScriptedPeer proxy([](ScriptedPeer&) {});
  use_proxy(proxy);
  EXPECT_EQ(fetch({true, "169.254.169.254", 443}).code(), Errc::address_refused);
}

}  // namespace
}  // namespace tollway::net
