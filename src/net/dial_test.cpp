#include "net/dial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/net_test.hpp"

namespace tollway::net {
namespace {

using test::in;
using test::run;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

Resolver::Addresses addresses(std::initializer_list<const char*> texts) {
  Resolver::Addresses out;
  for (const char* const text : texts) out.push_back(asio::ip::make_address(text));
  return out;
}

// A listener whose backlog is full: connecting to it gets no answer.
class BlackHole {
 public:
  explicit BlackHole(const char* address)
      : acceptor_(io_, Tcp::endpoint(asio::ip::make_address(address), 0)) {
    acceptor_.listen(0);
    const auto endpoint = acceptor_.local_endpoint();
    for (auto& socket : fillers_) {
      socket.async_connect(endpoint, [](const boost::system::error_code&) {});  // never awaited
    }
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::io_context io_;
  Tcp::acceptor acceptor_;
  std::array<Tcp::socket, 3> fillers_{Tcp::socket(io_), Tcp::socket(io_), Tcp::socket(io_)};
};

class DialTest : public testing::Test {
 protected:
  // Dials "name", which has these addresses.
  Result<TcpSocket> dial_name(const Resolver::Addresses& found, std::uint16_t port,
                              AddressPolicy policy = AddressPolicy::private_allowed,
                              Duration within = 5s) {
    Resolver resolver({.lookup = [found](const std::string&) { return found; }});
    return run(loop_, dial(loop_, resolver, {"name", port, policy}, in(within), abort_));
  }

  // Bound and never listening: it refuses, and nobody else gets it meanwhile.
  Tcp::socket refusing_port() { return Tcp::socket(loop_.io(), Tcp::endpoint(Tcp::v4(), 0)); }

  Loop loop_;
  Abort abort_;
};

TEST_F(DialTest, connects_without_delay_for_small_segments) {
  test::ScriptedPeer peer([](test::ScriptedPeer& self) { self.accept().wait_for_end(); });
  auto socket = dial_name(addresses({"127.0.0.1"}), peer.port());
  ASSERT_TRUE(socket) << socket.error().message;
  Tcp::no_delay no_delay;
  socket->get_option(no_delay);
  EXPECT_TRUE(no_delay.value());
  socket->close();
}

TEST_F(DialTest, U01_refused_says_what_was_tried_and_why_it_failed) {
  const auto refusing = refusing_port();
  const auto port = refusing.local_endpoint().port();
  const auto socket = dial_name(addresses({"127.0.0.1", "127.0.0.2"}), port);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, Errc::connect_failed);
  EXPECT_EQ(socket.error().message,
            "cannot connect to name:" + std::to_string(port) +
                ": 127.0.0.1: Connection refused, 127.0.0.2: Connection refused");
}

TEST_F(DialTest, U02_a_black_hole_ends_at_the_connect_timeout) {
  const BlackHole hole("127.0.0.1");
  const auto start = Clock::now();
  const auto socket =
      dial_name(addresses({"127.0.0.1"}), hole.port(), AddressPolicy::private_allowed, 500ms);
  const double took = test::milliseconds_since(start);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, Errc::connect_timeout);
  EXPECT_THAT(socket.error().message, HasSubstr("127.0.0.1: no answer"));
  EXPECT_GE(took, 500);
  EXPECT_LE(took, 550);
}

TEST_F(DialTest, the_next_address_is_tried_when_one_gives_no_answer) {
  const BlackHole hole("127.0.0.1");
  asio::io_context io;
  Tcp::acceptor second(io, Tcp::endpoint(asio::ip::make_address("127.0.0.2"), hole.port()));
  const auto start = Clock::now();
  const auto socket = dial_name(addresses({"127.0.0.1", "127.0.0.2"}), hole.port());
  const double took = test::milliseconds_since(start);
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ(socket->remote_endpoint().address().to_string(), "127.0.0.2");
  EXPECT_GE(took, 250);
  EXPECT_LE(took, 400);
}

TEST_F(DialTest, the_next_address_is_tried_at_once_when_one_fails) {
  asio::io_context io;
  Tcp::acceptor listening(io, Tcp::endpoint(asio::ip::make_address("127.0.0.3"), 0));
  const auto start = Clock::now();
  const auto socket = dial_name(addresses({"127.0.0.1", "127.0.0.2", "127.0.0.3"}),
                                listening.local_endpoint().port());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ(socket->remote_endpoint().address().to_string(), "127.0.0.3");
  EXPECT_LE(test::milliseconds_since(start), 200);
}

TEST_F(DialTest, the_other_family_is_tried_when_one_fails) {
  asio::io_context io;
  Tcp::acceptor listening(io, Tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
  const auto socket = dial_name(addresses({"::1", "127.0.0.1"}), listening.local_endpoint().port());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ(socket->remote_endpoint().address().to_string(), "127.0.0.1");
}

TEST_F(DialTest, an_abort_ends_it_at_once) {
  const BlackHole hole("127.0.0.1");
  loop_.post([this] {
    abort_.fire(Error{.code = Errc::cancelled, .message = "the client left", .context = {}});
  });
  const auto start = Clock::now();
  const auto socket = dial_name(addresses({"127.0.0.1"}), hole.port());
  EXPECT_EQ(socket.error().code, Errc::cancelled);
  EXPECT_LE(test::milliseconds_since(start), 200);
}

TEST_F(DialTest, S01_addresses_that_the_guard_refuses_are_not_connected_to) {
  asio::io_context io;
  Tcp::acceptor listening(io, Tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
  const auto socket = dial_name(addresses({"127.0.0.1", "169.254.169.254"}),
                                listening.local_endpoint().port(), AddressPolicy::public_only);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, Errc::address_refused);
  EXPECT_THAT(socket.error().message, AllOf(HasSubstr("127.0.0.1 is refused: it is loopback"),
                                            HasSubstr("169.254.169.254 is refused")));
  listening.non_blocking(true);
  boost::system::error_code nobody;
  listening.accept(nobody);
  EXPECT_EQ(nobody, asio::error::would_block);
}

TEST_F(DialTest, S02_each_answer_of_a_rebinding_name_is_checked) {
  // The name's first answer is public and its second is not: the address that is dialled is the
  // one that was checked, so the second is refused.
  std::atomic<int> answers = 0;
  Resolver resolver({.lookup =
                         [&](const std::string&) {
                           return ++answers == 1 ? addresses({"192.0.2.1"})
                                                 : addresses({"127.0.0.1"});
                         },
                     .resolved_for = 0s});
  for (const auto* const expected : {"192.0.2.1 is refused", "127.0.0.1 is refused"}) {
    const auto socket =
        run(loop_, dial(loop_, resolver, {"name", 80, AddressPolicy::public_only}, in(5s), abort_));
    EXPECT_THAT(socket.error().message, HasSubstr(expected));
  }
}

TEST(Dial, families_take_turns) {
  EXPECT_EQ(with_families_interleaved(
                addresses({"2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", "192.0.2.3"})),
            addresses({"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"}));
  EXPECT_EQ(with_families_interleaved(addresses({"192.0.2.1", "2001:db8::1"})),
            addresses({"192.0.2.1", "2001:db8::1"}));
}

}  // namespace
}  // namespace tollway::net
