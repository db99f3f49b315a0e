#include <gmock/gmock.h>

#include <future>
#include <latch>

#include "net/client_test.hpp"

namespace tollway::net {
namespace {

using namespace std::chrono_literals;
using test::Fetched;
using test::ok_answer;
using test::ScriptedPeer;

using ClientCallTest = test::ClientTest;

TEST_F(ClientCallTest, sends_a_request_and_reads_its_answer) {
  std::string received;
  Fetched fetched;
  {
    ScriptedPeer peer([&](ScriptedPeer& self) {
      auto connection = self.accept();
      connection.read_request(4);
      received = connection.received;
      connection.send("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      connection.send("2\r\nde\r\n0\r\n\r\n");
    });
    fetched = fetch(peer, "body");
  }
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(fetched.status, 201);
  EXPECT_EQ(fetched.content, "abcde");
  EXPECT_FALSE(fetched.reused);
  EXPECT_THAT(received, testing::EndsWith("\r\n\r\nbody"));
}

TEST_F(ClientCallTest, U05_a_reset_before_the_answer_is_an_error_that_may_be_tried_elsewhere) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.reset();
  });
  const Fetched fetched = fetch(peer);
  ASSERT_FALSE(fetched.result);
  EXPECT_EQ(fetched.code(), Errc::connection_lost);
  EXPECT_EQ(fetched.result.error().source, Source::upstream);
  EXPECT_EQ(fetched.result.error().retry, Retry::elsewhere);
}

TEST_F(ClientCallTest, U07_closed_right_after_the_head_is_an_error) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  });
  const Fetched fetched = fetch(peer);
  EXPECT_EQ(fetched.status, 200);
  ASSERT_FALSE(fetched.result);
  EXPECT_EQ(fetched.code(), Errc::connection_lost);
}

TEST_F(ClientCallTest, U08_a_reset_in_the_middle_is_an_error_even_where_a_close_would_be_the_end) {
  std::latch read(1);
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\n\r\nhalf");
    read.wait();
    connection.reset();
  });
  Abort abort;
  ClientCall call(*pool_, abort);
  const auto origin = plain_origin(peer.port());
  ASSERT_TRUE(test::run(loop_, call.send({.origin = origin,
                                          .addresses = AddressPolicy::private_allowed,
                                          .head = "GET / HTTP/1.1\r\n\r\n",
                                          .body = "{}",
                                          .timeouts = {}})));
  EXPECT_EQ(test::run(loop_, call.read())->bytes, "half");
  read.count_down();
  const auto broken = test::run(loop_, call.read());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::connection_lost);
  EXPECT_FALSE(test::run(loop_, call.read()));
}

TEST_F(ClientCallTest, no_answer_ends_at_the_first_byte_timeout) {
  timeouts_.first_byte = 100ms;
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.wait_for_end();
  });
  const auto start = Clock::now();
  const Fetched fetched = fetch(peer);
  EXPECT_EQ(fetched.code(), Errc::upstream_timeout);
  EXPECT_EQ(fetched.message(), "timed out while waiting for the upstream's answer");
  EXPECT_GE(test::milliseconds_since(start), 100);
  EXPECT_LE(test::milliseconds_since(start), 200);
}

TEST_F(ClientCallTest, U09_a_stall_ends_at_the_timeout_between_bytes) {
  timeouts_.between_bytes = 100ms;
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    connection.wait_for_end();
  });
  const Fetched fetched = fetch(peer);
  EXPECT_EQ(fetched.content, "half");
  EXPECT_EQ(fetched.code(), Errc::upstream_timeout);
  EXPECT_EQ(fetched.message(), "timed out while waiting for more of the upstream's answer");
}

TEST_F(ClientCallTest, U10_a_trickle_ends_at_the_total_timeout) {
  timeouts_.between_bytes = 100ms;
  timeouts_.total = 200ms;
  std::promise<void> ended;
  ScriptedPeer peer([over = ended.get_future().share()](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (over.wait_for(10ms) == std::future_status::timeout) connection.send("x");
  });
  const auto start = Clock::now();
  const Fetched fetched = fetch(peer);
  ended.set_value();
  EXPECT_EQ(fetched.code(), Errc::upstream_timeout);
  EXPECT_EQ(fetched.message(), "timed out while waiting for the upstream's whole answer");
  EXPECT_GE(test::milliseconds_since(start), 200);
  EXPECT_LE(test::milliseconds_since(start), 300);
}

TEST_F(ClientCallTest, U22_gzip_is_decoded_over_a_connection) {
  // "ok" by gzip(1), with its time set to zero.
  const std::string coded("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\xcf\x06\0\x47\xdd\xdc\x79\x02\0\0\0",
                          22);
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 22\r\n\r\n" +
                    coded);
  });
  const Fetched fetched = fetch(peer);
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(fetched.content, "ok");
}

TEST_F(ClientCallTest, U24_what_is_not_HTTP_is_an_error) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("220 mail.example ESMTP\r\n");
    connection.wait_for_end();
  });
  EXPECT_EQ(fetch(peer).code(), Errc::upstream_invalid);
}

TEST_F(ClientCallTest, a_wait_gives_way_at_its_time_and_loses_nothing) {
  std::latch quiet(1);
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    quiet.wait();
    connection.send("ok");
  });
  ClientCall call(*pool_, abort_);
  const auto origin = plain_origin(peer.port());
  ASSERT_TRUE(test::run(loop_, call.send({.origin = origin,
                                          .addresses = AddressPolicy::private_allowed,
                                          .head = "POST / HTTP/1.1\r\n\r\n",
                                          .body = "{}",
                                          .timeouts = {}})));
  const auto start = Clock::now();
  EXPECT_EQ(test::run(loop_, call.read(test::in(50ms)))->what, ClientCall::Read::quiet);
  EXPECT_GE(test::milliseconds_since(start), 50);
  quiet.count_down();
  EXPECT_EQ(test::run(loop_, call.read(test::in(5s)))->bytes, "ok");
  EXPECT_EQ(test::run(loop_, call.read())->what, ClientCall::Read::end);
  EXPECT_EQ(test::run(loop_, call.read())->what, ClientCall::Read::end);
  EXPECT_GT(call.times().connect, 0ns);
  EXPECT_GT(call.times().first_byte, 0ns);
}

TEST_F(ClientCallTest, C02_an_abort_ends_a_call_at_once_and_closes_its_connection) {
  std::promise<void> closed;
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    loop_.post([&] {
      abort_.fire(Error{.code = Errc::cancelled, .message = "the client left", .context = {}});
    });
    connection.wait_for_end();
    closed.set_value();
  });
  const Fetched fetched = fetch(peer);
  EXPECT_EQ(fetched.code(), Errc::cancelled);
  EXPECT_EQ(fetched.message(), "the client left");
  EXPECT_EQ(closed.get_future().wait_for(5s), std::future_status::ready);
  // After the firing nothing is begun any more.
  EXPECT_EQ(fetch(peer).code(), Errc::cancelled);
}

TEST_F(ClientCallTest, a_large_request_goes_up_whole) {
  const std::string body(8 * 1024 * 1024, 'b');
  std::string received;
  Fetched fetched;
  {
    ScriptedPeer peer([&](ScriptedPeer& self) {
      auto connection = self.accept();
      for (int i = 0; i < 2; ++i) {
        connection.read_request(body.size());
        received = connection.received;
        connection.send(ok_answer);
      }
    });
    fetched = fetch(peer, body);
    EXPECT_EQ(received.size(), body.size() + received.find("\r\n\r\n") + 4);
    ASSERT_TRUE(fetched.result) << fetched.message();
    fetched = fetch(peer, body);
  }
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_TRUE(fetched.reused);
  EXPECT_EQ(fetched.content, "ok");
}

TEST_F(ClientCallTest, U26_an_early_refusal_is_taken_while_the_body_still_goes_up) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\n\r\ntoo ");
    // It stays open and reads nothing, until the client has closed its side of it.
    self.accept();
    connection.send("long");
    connection.wait_for_end();
  });
  ClientCall call(*pool_, abort_);
  const auto origin = plain_origin(peer.port());
  const std::string body(32 * 1024 * 1024, 'b');
  ASSERT_TRUE(test::run(loop_, call.send({.origin = origin,
                                          .addresses = AddressPolicy::private_allowed,
                                          .head = "POST / HTTP/1.1\r\n\r\n",
                                          .body = body,
                                          .timeouts = {}})));
  EXPECT_EQ(call.head().status(), 413);
  EXPECT_EQ(test::run(loop_, call.read())->bytes, "too ");
  Tcp::socket signal(loop_.io());
  signal.connect({asio::ip::make_address("127.0.0.1"), peer.port()});
  EXPECT_EQ(test::run(loop_, call.read())->bytes, "long");
  EXPECT_EQ(test::run(loop_, call.read())->what, ClientCall::Read::end);
}

TEST_F(ClientCallTest, U26_an_early_refusal_is_taken_when_the_peer_closes_on_the_body) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\n\r\ntoo long");
    connection.close();  // with unread bytes, which makes it a reset
  });
  const Fetched fetched = fetch(peer, std::string(32 * 1024 * 1024, 'b'));
  EXPECT_EQ(fetched.status, 413);
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_EQ(fetched.content, "too long");
}

TEST_F(ClientCallTest, an_abort_ends_an_upload_that_is_stuck) {
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_until("\r\n\r\n");
    loop_.post([&] {
      abort_.fire(Error{.code = Errc::cancelled, .message = "the client left", .context = {}});
    });
    self.accept();
  });
  const Fetched fetched = fetch(peer, std::string(32 * 1024 * 1024, 'b'));
  EXPECT_EQ(fetched.code(), Errc::cancelled);
  Tcp::socket signal(loop_.io());
  signal.connect({asio::ip::make_address("127.0.0.1"), peer.port()});
}

}  // namespace
}  // namespace tollway::net
