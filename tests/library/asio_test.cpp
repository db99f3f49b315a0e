// tollway/asio.hpp: a program's own coroutines on its own loop.
#include "tollway/asio.hpp"

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <thread>

#include "library/model_under_test.hpp"

namespace tollway {
namespace {

namespace asio = boost::asio;
using test::FaultUpstream;

struct Seen {
  std::string text;
  bool on_own_thread = true;
  Errc error = Errc::internal;
};

asio::awaitable<void> invoke_and_stream(ChatModel model, Seen& seen) {
  const auto own = std::this_thread::get_id();
  auto reply = co_await async_invoke(model, test::hello(), {}, asio::use_awaitable);
  seen.on_own_thread = seen.on_own_thread && own == std::this_thread::get_id();
  if (reply) seen.text += reply->content + "|";
  auto stream = co_await async_stream(model, test::hello(), {}, asio::use_awaitable);
  while (stream) {
    auto next = co_await async_next(*stream, asio::use_awaitable);
    seen.on_own_thread = seen.on_own_thread && own == std::this_thread::get_id();
    if (!next || !*next) break;
    seen.text += (*next)->content;
  }
}

TEST(Asio, CoroutinesGoOnOnTheirOwnLoop) {
  FaultUpstream upstream(FaultUpstream::answering([](const test::Request& request) {
    if (request.body.find("\"stream\":true") == std::string::npos) return test::whole_hi();
    return test::sse_answer(test::text_event("Hello") + test::stop_event() + test::done_event());
  }));
  Seen seen;
  asio::io_context io;
  asio::co_spawn(io, invoke_and_stream(test::model_for(upstream), seen), asio::detached);
  io.run();
  EXPECT_EQ(seen.text, "Hi|Hello");
  EXPECT_TRUE(seen.on_own_thread);
}

asio::awaitable<void> invoke_or_time_out(ChatModel model, Seen& seen) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(50));
  auto calling = async_invoke(model, test::hello(), {}, asio::use_awaitable);
  auto either = std::move(calling) || timer.async_wait(asio::use_awaitable);
  const auto first = co_await std::move(either);
  if (first.index() == 1) seen.text = "timer";
}

TEST(Asio, ItsCancellationEndsTheCall) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  Seen seen;
  asio::io_context io;
  const ChatModel model = test::model_for(upstream);
  asio::co_spawn(io, invoke_or_time_out(model, seen), asio::detached);
  io.run();
  EXPECT_EQ(seen.text, "timer");
  EXPECT_TRUE(upstream.wait_for_hangup());
}

TEST(Asio, TakesFuturesAndMoveOnlyHandlers) {
  FaultUpstream upstream(FaultUpstream::answering(test::whole_hi()));
  const ChatModel model = test::model_for(upstream);
  auto future = async_invoke(model, test::hello(), {}, asio::use_future);
  const auto reply = future.get();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->content, "Hi");

  asio::io_context io;
  std::string text;
  auto token =
      asio::bind_executor(io, [&text, owned = std::make_unique<int>(1)](Result<ChatReply> came) {
        if (came && *owned == 1) text = came->content;
      });
  async_invoke(model, test::hello(), {}, std::move(token));
  io.run();
  EXPECT_EQ(text, "Hi");
}

TEST(Asio, TheCallersStopCountsToo) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  const ChatModel model = test::model_for(upstream);
  std::stop_source source;
  auto future = async_invoke(model, test::hello(), {.timeout = {}, .cancel = source.get_token()},
                             asio::use_future);
  ASSERT_TRUE(upstream.wait_for_requests(1));
  source.request_stop();
  EXPECT_EQ(future.get().error().code, Errc::cancelled);
}

}  // namespace
}  // namespace tollway
