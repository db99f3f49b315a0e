#include "net/tls.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <future>
#include <vector>

#include "net/certificates_test.hpp"
#include "net/client_test.hpp"

namespace tollway::net {
namespace {

using test::Fetched;
using test::ok_answer;
using test::ScriptedPeer;
using testing::HasSubstr;
using Stream = ssl::stream<Tcp::socket&>;

// What a peer saw of one connection.
struct Seen {
  std::string error;  // of the handshake
  std::string bytes;  // of the application
  std::string name;   // SNI
  std::string protocol;
  bool resumed = false;
};

// Shakes hands, answers `requests` requests of two bytes each, and waits for the end.
Seen serve_tls(Tcp::socket& socket, ssl::context& context, int requests = 1) {
  Seen seen;
  Stream stream(socket, context);
  boost::system::error_code code;
  stream.handshake(ssl::stream_base::server, code);
  if (code) seen.error = code.message();
  SSL* const handle = stream.native_handle();
  const char* const name = SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name);
  seen.name = name != nullptr ? name : "";
  const unsigned char* protocol = nullptr;
  unsigned int protocol_size = 0;
  SSL_get0_alpn_selected(handle, &protocol, &protocol_size);
  seen.protocol.assign(protocol, protocol + protocol_size);
  seen.resumed = SSL_session_reused(handle) == 1;
  for (int i = 0; !code && i < requests; ++i) {
    std::string request;
    asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n{}", code);
    seen.bytes += request;
    if (!code) asio::write(stream, asio::buffer(ok_answer), code);
  }
  std::string rest(4096, '\0');
  while (!code) stream.read_some(asio::buffer(rest), code);
  return seen;
}

class TlsTest : public test::ClientTest {
 protected:
  void SetUp() override {
    authority_.issue();
    trust(authority_.authority_file());
    make_pool({}, *make_client_tls());
  }
  void TearDown() override { ::unsetenv("SSL_CERT_FILE"); }

  static void trust(const std::string& file) { ::setenv("SSL_CERT_FILE", file.c_str(), 1); }
  std::shared_ptr<ssl::context> server_tls() {
    return *make_server_tls(authority_.certificate_file(), authority_.key_file());
  }
  // One call to a peer with the certificate issued last.
  std::pair<Fetched, Seen> fetch_once(const std::string& host = "127.0.0.1") {
    std::promise<Seen> seen;
    const auto context = server_tls();
    Fetched fetched;
    ScriptedPeer peer([&](ScriptedPeer& self) {
      auto connection = self.accept();
      seen.set_value(serve_tls(connection.socket(), *context));
    });
    fetched = fetch({true, host, peer.port()});
    pool_->clear();
    return {fetched, seen.get_future().get()};
  }
  void expect_refused(std::string_view reason) {
    const auto [fetched, seen] = fetch_once();
    ASSERT_FALSE(fetched.result);
    EXPECT_EQ(fetched.code(), Errc::tls_failed);
    EXPECT_THAT(fetched.message(), HasSubstr(reason));
    EXPECT_EQ(seen.bytes, "");
    EXPECT_NE(seen.error, "");
  }

  test::TestAuthority authority_;
};

TEST_F(TlsTest, a_trusted_certificate_for_the_host_is_accepted) {
  const auto [fetched, seen] = fetch_once();
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(fetched.content, "ok");
  EXPECT_EQ(seen.protocol, "http/1.1");
  EXPECT_EQ(seen.name, "") << "SNI carries no addresses";
}

TEST_F(TlsTest, a_name_is_sent_and_checked) {
  authority_.issue({.alternative_name = "DNS:localhost"});
  const auto [fetched, seen] = fetch_once("localhost");
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(seen.name, "localhost");
}

TEST_F(TlsTest, U04_expired) {
  authority_.issue({.valid_from_s = -7200, .valid_until_s = -3600});
  expect_refused("has expired");
}

TEST_F(TlsTest, U04_not_valid_yet) {
  authority_.issue({.valid_from_s = 3600, .valid_until_s = 7200});
  expect_refused("is not valid yet");
}

TEST_F(TlsTest, U04_wrong_host) {
  authority_.issue({.alternative_name = "DNS:other.example,IP:127.0.0.2"});
  expect_refused("was issued for another host than 127.0.0.1");
}

TEST_F(TlsTest, U04_self_signed) {
  authority_.issue({.self_signed = true});
  expect_refused("is self-signed");
}

TEST_F(TlsTest, U04_unknown_issuer) {
  const test::TestAuthority other;
  trust(other.authority_file());
  make_pool({}, *make_client_tls());
  expect_refused("comes from an unknown issuer");
}

TEST_F(TlsTest, TLS_1_1_is_refused) {
  std::promise<Seen> seen;
  ssl::context old(ssl::context::tls_server);
  old.use_certificate_chain_file(authority_.certificate_file());
  old.use_private_key_file(authority_.key_file(), ssl::context::pem);
  SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_cipher_list(old.native_handle(), "ALL:@SECLEVEL=0");
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    seen.set_value(serve_tls(connection.socket(), old));
  });
  const auto fetched = fetch({true, "127.0.0.1", peer.port()});
  EXPECT_EQ(fetched.code(), Errc::tls_failed);
  EXPECT_THAT(fetched.message(), HasSubstr("the TLS handshake with 127.0.0.1 failed"));
  EXPECT_EQ(seen.get_future().get().bytes, "");
}

TEST_F(TlsTest, a_peer_that_does_not_speak_TLS_is_an_error) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    connection.wait_for_end();
  });
  EXPECT_EQ(fetch({true, "127.0.0.1", peer.port()}).code(), Errc::tls_failed);
}

TEST_F(TlsTest, a_handshake_without_answer_ends_at_the_connect_timeout) {
  timeouts_.connect = std::chrono::milliseconds(100);
  ScriptedPeer peer([](ScriptedPeer& self) { self.accept().wait_for_end(); });
  const auto fetched = fetch({true, "127.0.0.1", peer.port()});
  EXPECT_EQ(fetched.code(), Errc::connect_timeout);
  EXPECT_THAT(fetched.message(), HasSubstr("no answer to the TLS handshake"));
}

TEST_F(TlsTest, connections_are_used_again_and_sessions_resumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    make_pool({}, *make_client_tls());
    const auto context = server_tls();
    SSL_CTX_set_max_proto_version(context->native_handle(), version);
    std::promise<std::vector<Seen>> seen;
    ScriptedPeer peer([&](ScriptedPeer& self) {
      std::vector<Seen> all;
      for (int i = 0; i < 3; ++i) {
        auto connection = self.accept();
        all.push_back(serve_tls(connection.socket(), *context, 2));
      }
      seen.set_value(std::move(all));
    });
    for (int i = 0; i < 3; ++i) {
      for (const bool reused : {false, true}) {
        const auto fetched = fetch({true, "127.0.0.1", peer.port()});
        ASSERT_TRUE(fetched.result) << fetched.message();
        EXPECT_EQ(fetched.reused, reused);
      }
      pool_->clear();  // without close_notify, as a cancelled call would
    }
    std::vector<bool> resumed;
    for (const auto& each : seen.get_future().get()) resumed.push_back(each.resumed);
    EXPECT_EQ(resumed, (std::vector{false, true, true})) << version;
  }
}

TEST_F(TlsTest, U25_a_record_behind_the_answer_ends_the_connection) {
  const auto context = server_tls();
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto first = self.accept();
    Stream stream(first.socket(), *context);
    stream.handshake(ssl::stream_base::server);
    std::string request;
    asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n{}");
    // Both records leave in one segment, so that the client has read both when it uses one.
    first.socket().set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_CORK>(true));
    asio::write(stream, asio::buffer(ok_answer));
    asio::write(stream, asio::buffer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 42));
    first.socket().set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_CORK>(false));
    auto second = self.accept();
    serve_tls(second.socket(), *context);
  });
  EXPECT_EQ(fetch({true, "127.0.0.1", peer.port()}).content, "ok");
  const auto fetched = fetch({true, "127.0.0.1", peer.port()});
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_FALSE(fetched.reused);
  EXPECT_EQ(fetched.content, "ok");
  pool_->clear();
}

TEST_F(TlsTest, U26_an_early_refusal_is_taken_over_TLS) {
  const auto context = server_tls();
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    Stream stream(connection.socket(), *context);
    stream.handshake(ssl::stream_base::server);
    std::string request;
    asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n");
    asio::write(stream, asio::buffer(std::string("HTTP/1.1 413 Payload Too Large\r\n"
                                                 "Content-Length: 8\r\n\r\ntoo long")));
    connection.wait_for_end();
  });
  const auto fetched = fetch({true, "127.0.0.1", peer.port()}, std::string(8 << 20, 'b'));
  EXPECT_EQ(fetched.status, 413);
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(fetched.content, "too long");
}

TEST_F(TlsTest, a_large_request_goes_up_whole_over_TLS) {
  const auto context = server_tls();
  const std::string body(3 << 20, 'b');
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    Stream stream(connection.socket(), *context);
    stream.handshake(ssl::stream_base::server);
    std::string request;
    auto buffer = asio::dynamic_buffer(request);
    const auto head = asio::read_until(stream, buffer, "\r\n\r\n");
    asio::read(stream, buffer, asio::transfer_exactly(head + body.size() - request.size()));
    EXPECT_EQ(request.substr(head), body);
    asio::write(stream, asio::buffer(ok_answer));
  });
  EXPECT_EQ(fetch({true, "127.0.0.1", peer.port()}, body).content, "ok");
  pool_->clear();
}

TEST_F(TlsTest, https_goes_through_the_proxy_and_is_verified_at_the_far_end) {
  std::promise<Seen> seen;
  std::string asked;
  const auto context = server_tls();
  ScriptedPeer proxy([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_until("\r\n\r\n");
    asked = connection.received;
    connection.send("HTTP/1.1 200 Connection established\r\n\r\n");
    seen.set_value(serve_tls(connection.socket(), *context));
  });
  make_pool({.proxy = {http::Origin{false, "127.0.0.1", proxy.port()}, "", ""}},
            *make_client_tls());
  const auto fetched = fetch({true, "127.0.0.1", 4443});
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(fetched.content, "ok");
  pool_->clear();
  EXPECT_THAT(seen.get_future().get().bytes, testing::StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(asked, testing::StartsWith("CONNECT 127.0.0.1:4443 HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace tollway::net
