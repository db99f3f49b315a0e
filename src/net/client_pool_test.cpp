#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <latch>

#include "net/client_test.hpp"

namespace tollway::net {
namespace {

using namespace std::chrono_literals;
using test::Fetched;
using test::ok_answer;
using test::PeerConnection;
using test::ScriptedPeer;

using ClientPoolTest = test::ClientTest;

void answer(PeerConnection& connection, std::string_view bytes = ok_answer) {
  if (connection.read_request(2)) connection.send(bytes);
}

TEST_F(ClientPoolTest, a_connection_is_used_again) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    for (int i = 0; i < 3; ++i) answer(connection);
    connection.wait_for_end();
  });
  for (const bool reused : {false, true, true}) {
    const Fetched fetched = fetch(peer);
    ASSERT_TRUE(fetched.result) << fetched.message();
    EXPECT_EQ(fetched.reused, reused);
    EXPECT_EQ(fetched.content, "ok");
  }
  pool_->clear();
}

TEST_F(ClientPoolTest, an_answer_read_by_its_length_gives_the_connection_back_without_a_last_read) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    answer(connection);
    answer(connection);
  });
  const auto origin = plain_origin(peer.port());
  {
    ClientCall call(*pool_, abort_);
    ASSERT_TRUE(test::run(loop_, call.send({.origin = origin,
                                            .addresses = AddressPolicy::private_allowed,
                                            .head = "POST / HTTP/1.1\r\n\r\n",
                                            .body = "{}",
                                            .timeouts = {}})));
    EXPECT_EQ(test::run(loop_, call.read())->bytes, "ok");
  }
  EXPECT_TRUE(fetch(peer).reused);
}

TEST_F(ClientPoolTest, a_call_that_ends_early_closes_its_connection) {
  std::latch ended(1);
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request(2);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    connection.wait_for_end();
    ended.count_down();
  });
  const auto origin = plain_origin(peer.port());
  {
    ClientCall call(*pool_, abort_);
    ASSERT_TRUE(test::run(loop_, call.send({.origin = origin,
                                            .addresses = AddressPolicy::private_allowed,
                                            .head = "POST / HTTP/1.1\r\n\r\n",
                                            .body = "{}",
                                            .timeouts = {}})));
  }
  ended.wait();
}

TEST_F(ClientPoolTest, U06_a_reused_connection_that_dies_is_replaced_once_and_silently) {
  for (const bool by_reset : {true, false}) {
    ScriptedPeer peer([by_reset](ScriptedPeer& self) {
      auto first = self.accept();
      answer(first);
      first.read_request(2);
      if (by_reset) {
        first.reset();
      } else {
        first.close();
      }
      auto second = self.accept();
      answer(second);
    });
    EXPECT_FALSE(fetch(peer).reused);
    const Fetched fetched = fetch(peer);
    ASSERT_TRUE(fetched.result) << fetched.message();
    EXPECT_FALSE(fetched.reused);
    EXPECT_EQ(fetched.content, "ok");
  }
}

TEST_F(ClientPoolTest, U06_the_fresh_connection_is_not_replaced) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto first = self.accept();
    answer(first);
    first.read_request(2);
    first.reset();
    auto second = self.accept();
    second.read_request(2);
    second.reset();
  });
  EXPECT_TRUE(fetch(peer).result);
  EXPECT_EQ(fetch(peer).code(), Errc::connection_lost);
}

TEST_F(ClientPoolTest, U06_a_reused_connection_that_dies_within_its_answer_is_an_error) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    answer(connection);
    answer(connection, "HTTP/1.1 2");
  });
  EXPECT_TRUE(fetch(peer).result);
  const Fetched fetched = fetch(peer);
  EXPECT_TRUE(fetched.reused);
  EXPECT_EQ(fetched.code(), Errc::connection_lost);
}

TEST_F(ClientPoolTest, a_connection_closed_while_idle_is_not_tried) {
  std::latch closed(1);
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto first = self.accept();
    answer(first);
    first.close();
    closed.count_down();
    auto second = self.accept();
    answer(second);
  });
  EXPECT_TRUE(fetch(peer).result);
  closed.wait();
  const Fetched fetched = fetch(peer);
  ASSERT_TRUE(fetched.result) << fetched.message();
  EXPECT_FALSE(fetched.reused);
}

TEST_F(ClientPoolTest, U25_bytes_behind_an_answer_end_the_connection) {
  const auto surplus = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  for (const bool at_once : {true, false}) {
    std::latch sent(1);
    ScriptedPeer peer([&](ScriptedPeer& self) {
      auto first = self.accept();
      answer(first, at_once ? ok_answer + surplus : ok_answer);
      if (!at_once) first.send(surplus);
      sent.count_down();
      auto second = self.accept();
      answer(second);
    });
    EXPECT_EQ(fetch(peer).content, "ok");
    sent.wait();
    const Fetched fetched = fetch(peer);
    ASSERT_TRUE(fetched.result) << fetched.message();
    EXPECT_FALSE(fetched.reused);
    EXPECT_EQ(fetched.content, "ok");
  }
}

TEST_F(ClientPoolTest, idle_connections_are_closed_after_a_while) {
  make_pool({.proxy = {}, .idle_timeout = 50ms});
  std::atomic<bool> closed = false;
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto connection = self.accept();
    answer(connection);
    connection.wait_for_end();
    closed = true;
    loop_.post([] {});  // so that the test looks again
  });
  EXPECT_TRUE(fetch(peer).result);
  const auto start = Clock::now();
  while (!closed) loop_.io().run_one();
  EXPECT_GE(test::milliseconds_since(start), 40);
  EXPECT_LE(test::milliseconds_since(start), 200);
}

TEST_F(ClientPoolTest, the_youngest_is_taken_first_and_the_oldest_dropped) {
  make_pool({.proxy = {}, .idle_max = 2});
  std::array<std::latch, 3> turns{std::latch(1), std::latch(1), std::latch(1)};
  std::promise<void> oldest_closed;
  ScriptedPeer peer([&](ScriptedPeer& self) {
    auto one = self.accept();
    auto two = self.accept();
    auto three = self.accept();
    std::size_t turn = 0;
    for (auto* const connection : {&one, &two, &three}) {
      turns[turn++].wait();
      answer(*connection);
    }
    one.wait_for_end();
    oldest_closed.set_value();
    answer(three, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3");
  });
  std::array<std::optional<Fetched>, 3> fetched;
  for (auto& each : fetched) test::start(loop_, fetching(plain_origin(peer.port())), each);
  for (std::size_t i = 0; i < fetched.size(); ++i) {
    turns[i].count_down();
    EXPECT_TRUE(test::finish(loop_, fetched[i]).result);
  }
  oldest_closed.get_future().wait();
  const Fetched last = fetch(peer);
  EXPECT_TRUE(last.reused);
  EXPECT_EQ(last.content, "3");
}

TEST_F(ClientPoolTest, connections_are_not_shared_between_address_policies) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    answer(connection);
  });
  EXPECT_TRUE(fetch(peer).result);
  const auto origin = plain_origin(peer.port());
  ClientCall call(*pool_, abort_);
  const auto sent = test::run(
      loop_,
      call.send({.origin = origin, .head = "GET / HTTP/1.1\r\n\r\n", .body = "", .timeouts = {}}));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::address_refused);
}

}  // namespace
}  // namespace tollway::net
