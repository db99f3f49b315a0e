#include "net/held_sends.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.hpp"

namespace tollway::net {
namespace {

// Two ends of a connection.
class Pair {
 public:
  explicit Pair(Loop& loop)
      : loop_(loop), near_(loop.executor()), far_(loop.executor()), acceptor_(loop.executor()) {
    acceptor_.open(Tcp::v4());
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    acceptor_.listen();
    near_.connect(acceptor_.local_endpoint());
    acceptor_.accept(far_);
    near_.set_option(Tcp::no_delay(true));
  }
  void send_held(std::string_view text) {
    ASSERT_EQ(::send(near_.native_handle(), text.data(), text.size(), MSG_MORE),
              static_cast<ssize_t>(text.size()));
    loop_.held_sends().hold(near_.native_handle());
  }
  // Without waiting.
  std::string received() {
    std::string bytes(64, '\0');
    const auto size = ::recv(far_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }
  void close_near() { near_.close(); }

 private:
  Loop& loop_;
  Tcp::socket near_;
  Tcp::socket far_;
  Tcp::acceptor acceptor_;
};

TEST(HeldSends, GoOutWhenTheLoopHasDoneWhatIsReady) {
  Loop loop;
  Pair pair(loop);
  std::string between;
  loop.post([&] { pair.send_held("one "); });
  loop.post([&] {
    pair.send_held("two");
    between = pair.received();
  });
  loop.run();
  EXPECT_EQ(between, "");
  EXPECT_EQ(pair.received(), "one two");
}

TEST(HeldSends, GoOutInEveryTurn) {
  Loop loop;
  Pair pair(loop);
  for (const std::string_view text : {"first", "second"}) {
    loop.post([&] { pair.send_held(text); });
    loop.io().restart();
    loop.run();
    EXPECT_EQ(pair.received(), text);
  }
}

TEST(HeldSends, OfALongTurnDoNotWaitForItsEnd) {
  Loop loop;
  std::vector<std::unique_ptr<Pair>> pairs;
  for (std::size_t i = 0; i <= HeldSends::held_max; ++i) {
    pairs.push_back(std::make_unique<Pair>(loop));
  }
  std::string between;
  loop.post([&] {
    for (const auto& pair : pairs) pair->send_held("text");
    between = pairs.front()->received();
  });
  loop.run();
  EXPECT_EQ(between, "text");
  EXPECT_EQ(pairs.back()->received(), "text");
}

TEST(HeldSends, GoOutWhenTheirSocketIsClosed) {
  Loop loop;
  Pair pair(loop);
  std::string after;
  loop.post([&] {
    pair.send_held("last words");
    pair.close_near();
    after = pair.received();
  });
  loop.run();
  EXPECT_EQ(after, "last words");
}

}  // namespace
}  // namespace tollway::net
