// Streams: what is handed out, how they end, how they are broken off.
#include <gmock/gmock.h>

#include <future>

#include "library/model_under_test.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::drain;
using test::FaultUpstream;
using test::hello;
using test::last_chunk;
using test::model_for;
using test::sse_head;
using test::text_event;
using test::UpstreamConnection;
using testing::HasSubstr;

std::string whole_stream() {
  return sse_head() + chunk(": OPENROUTER PROCESSING\n\n" + text_event("Hel")) +
         chunk(text_event("lo")) + chunk(test::stop_event() + test::done_event()) + last_chunk();
}

TEST(Stream, IsHandedOutPieceByPiece) {
  FaultUpstream upstream(FaultUpstream::answering(whole_stream()));
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream) << stream.error().message;
  const auto drained = drain(*stream);
  ASSERT_TRUE(drained.result) << drained.result.error().message;
  EXPECT_EQ(drained.text, "Hello");
  EXPECT_EQ(drained.deltas, 3);
  const ChatReply& reply = stream->reply();
  EXPECT_EQ(reply.content, "Hello");
  EXPECT_EQ(reply.finish_reason, "stop");
  EXPECT_EQ(reply.usage.completion_tokens, 2);
  EXPECT_EQ(reply.cost, Money{12500});
  EXPECT_EQ(reply.attempts.size(), 1U);
  EXPECT_TRUE(reply.timing.first_token);
  const auto after = stream->next();
  ASSERT_TRUE(after);
  EXPECT_FALSE(*after) << "the end stays the end";
  const auto request = upstream.request();
  EXPECT_EQ(request.headers.find("accept"), "text/event-stream");
  EXPECT_THAT(request.body, HasSubstr(R"("stream":true,"stream_options":{"include_usage":true})"));
}

TEST(Stream, ItsConnectionIsUsedAgain) {
  FaultUpstream upstream(FaultUpstream::answering(whole_stream()));
  const ChatModel model = model_for(upstream);
  for (int i = 0; i < 5; ++i) {
    auto stream = model.stream(hello());
    ASSERT_TRUE(stream);
    EXPECT_TRUE(drain(*stream).result);
  }
  EXPECT_EQ(upstream.request_count(), 5);
  EXPECT_LE(upstream.connection_count(), 2);
}

// tests.md U08.
TEST(Stream, U08_reset_mid_stream_is_an_error_after_what_came) {
  test::Signal seen;
  FaultUpstream upstream([&seen](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(text_event("Hel")));
    connection.wait_for(seen);
    connection.reset();
  });
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  const auto first = stream->next();
  ASSERT_TRUE(first && *first);
  seen.set();
  const auto second = stream->next();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::connection_lost);
  EXPECT_EQ(stream->next().error().code, Errc::connection_lost) << "the error stays";
  EXPECT_EQ(stream->reply().content, "Hel");
  EXPECT_EQ(stream->reply().attempts.size(), 1U);
  EXPECT_EQ(upstream.request_count(), 1) << "content was handed out: no other attempt";
}

TEST(Stream, IsBegunAnewBeforeItsFirstContent) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    if (connection.index() == 0) {
      connection.send(test::sse_answer(": OPENROUTER PROCESSING\n\n" +
                                       test::event(R"({"error":{"code":503,"message":"busy"}})")));
      return;
    }
    connection.send(whole_stream());
  });
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  ASSERT_TRUE(drained.result) << drained.result.error().message;
  EXPECT_EQ(drained.text, "Hello");
  EXPECT_EQ(stream->reply().attempts.size(), 2U);
}

// Whoever has begun to answer will charge for it, and is not asked again: as in the gateway.
TEST(Stream, CutBeforeItsFirstContentIsNotTriedThereAgain) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(": OPENROUTER PROCESSING\n\n"));
    connection.reset();
  });
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  ASSERT_FALSE(drained.result);
  EXPECT_EQ(drained.result.error().code, Errc::connection_lost);
  EXPECT_EQ(upstream.request_count(), 1);
}

// tests.md U07, U20.
TEST(Stream, U20_its_end_is_the_finish_reason_or_done) {
  const auto ending = [](std::string events) {
    FaultUpstream upstream(FaultUpstream::answering(test::sse_answer(events)));
    auto options = test::options_for(upstream.url());
    options.max_retries = 0;
    auto stream = test::make_model(std::move(options)).stream(hello());
    return drain(*stream).result;
  };
  EXPECT_TRUE(ending(text_event("x") + test::stop_event()));
  EXPECT_TRUE(ending(text_event("x") + test::done_event()));
  EXPECT_EQ(ending(text_event("x")).error().code, Errc::connection_lost);
  EXPECT_EQ(ending("").error().code, Errc::connection_lost);
}

// tests.md U14.
TEST(Stream, U14_an_error_event_ends_it_with_the_providers_words) {
  FaultUpstream upstream(FaultUpstream::answering(test::sse_answer(
      text_event("x") +
      test::event(R"({"error":{"code":429,"message":"slow down"},"choices":[]})"))));
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  EXPECT_EQ(drained.text, "x");
  ASSERT_FALSE(drained.result);
  EXPECT_EQ(drained.result.error().message, "Test answered 429: slow down");
}

TEST(Stream, AnErrorStatusIsToldAtOnce) {
  FaultUpstream upstream(FaultUpstream::answering(
      test::answer(400, "application/json", R"({"error":{"message":"no such model"}})")));
  const auto stream = model_for(upstream).stream(hello());
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::bad_request);
}

TEST(Stream, ADefaultTemperatureThatIsRefusedIsLeftOut) {
  FaultUpstream upstream(FaultUpstream::answering([](const test::Request& request) {
    if (request.body.find("temperature") == std::string::npos) {
      return test::sse_answer(text_event("Hi") + test::stop_event() + test::done_event());
    }
    return test::answer(400, "application/json",
                        R"({"error":{"message":"Unsupported parameter: 'temperature' is not )"
                        R"(supported with this model.","param":"temperature"}})");
  }));
  auto options = test::options_for(upstream.url());
  options.temperature_is_default = true;
  auto stream = test::make_model(std::move(options)).stream(hello());
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(drain(*stream).text, "Hi");
  EXPECT_EQ(stream->reply().attempts.size(), 2U);
}

TEST(Stream, AWholeAnswerIsHandedOutInOnePiece) {
  FaultUpstream upstream(FaultUpstream::answering(test::whole_hi()));
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  ASSERT_TRUE(drained.result) << drained.result.error().message;
  EXPECT_EQ(drained.text, "Hi");
  EXPECT_EQ(drained.deltas, 1);
  EXPECT_EQ(stream->reply().cost, Money{12500});
}

// tests.md U17, U18.
TEST(Stream, U17_cut_anywhere_it_is_the_same) {
  std::string events =
      text_event("Gr\u00fc\u00dfe \u20ac \U0001F600") + test::stop_event() + test::done_event();
  FaultUpstream upstream([&events](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head());
    for (const char byte : events) connection.send(chunk({&byte, 1}));
    connection.send(last_chunk());
  });
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  ASSERT_TRUE(drained.result) << drained.result.error().message;
  EXPECT_EQ(drained.text, "Gr\u00fc\u00dfe \u20ac \U0001F600");
}

// An upstream that sends one piece and then waits for its peer to leave.
FaultUpstream::Script stalling() {
  return [](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(text_event("x")));
    connection.stall_until_hangup();
  };
}

TEST(Stream, ItsDestructionEndsTheUpstreamCall) {
  FaultUpstream upstream(stalling());
  const ChatModel model = model_for(upstream);
  {
    auto stream = model.stream(hello());
    ASSERT_TRUE(stream);
    ASSERT_TRUE(stream->next());
  }
  EXPECT_TRUE(upstream.wait_for_hangup());
}

TEST(Stream, CancelFromAnotherThreadEndsTheWait) {
  FaultUpstream upstream(stalling());
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  ASSERT_TRUE(stream->next());
  auto waiting = std::async(std::launch::async, [&stream] { return stream->next(); });
  stream->cancel();
  const auto next = waiting.get();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Errc::cancelled);
  EXPECT_EQ(stream->next().error().code, Errc::cancelled);
  EXPECT_TRUE(upstream.wait_for_hangup());
}

TEST(Stream, AStopCountsForAllOfItsLife) {
  FaultUpstream upstream(stalling());
  std::stop_source source;
  auto stream = model_for(upstream).stream(hello(), {.timeout = {}, .cancel = source.get_token()});
  ASSERT_TRUE(stream);
  ASSERT_TRUE(stream->next());
  source.request_stop();
  EXPECT_TRUE(upstream.wait_for_hangup());
  const auto next = stream->next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Errc::cancelled);
}

TEST(Stream, TheTimeoutEndsItToo) {
  FaultUpstream upstream(stalling());
  auto stream = model_for(upstream).stream(hello(), {.timeout = 200ms, .cancel = {}});
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  EXPECT_EQ(drained.text, "x");
  EXPECT_EQ(drained.result.error().code, Errc::upstream_timeout);
}

TEST(Stream, CallbacksComeOneByOne) {
  FaultUpstream upstream(FaultUpstream::answering(whole_stream()));
  const ChatModel model = model_for(upstream);
  std::promise<Result<ChatStream>> opened;
  model.async_stream(hello(), {},
                     [&opened](Result<ChatStream> stream) { opened.set_value(std::move(stream)); });
  auto stream = opened.get_future().get();
  ASSERT_TRUE(stream);
  std::string text;
  for (;;) {
    std::promise<Result<std::optional<ChatDelta>>> told;
    stream->async_next([&told](auto next) { told.set_value(std::move(next)); });
    const auto next = told.get_future().get();
    ASSERT_TRUE(next);
    if (!*next) break;
    text += (*next)->content;
  }
  EXPECT_EQ(text, "Hello");
}

// A consumer that takes its time is not read ahead of.
TEST(Stream, ASlowConsumerSlowsTheUpstream) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head());
    const std::string piece = chunk(text_event(std::string(1 << 16, 'x')));
    std::string much;
    while (much.size() < 64U << 20U) much += piece;
    EXPECT_LT(connection.send_some(much, 500ms), much.size());
    connection.stall_until_hangup();
  });
  auto stream = model_for(upstream).stream(hello());
  ASSERT_TRUE(stream);
  ASSERT_TRUE(stream->next());
  ASSERT_TRUE(upstream.wait_for_requests(1));
}

}  // namespace
}  // namespace tollway
