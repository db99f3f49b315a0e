#include "client/http_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "net/net_test.hpp"

namespace tollway::client {
namespace {

using net::test::ScriptedPeer;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<Runtime> make_runtime() {
  auto runtime = Runtime::create();
  EXPECT_TRUE(runtime);
  return *runtime;
}

HttpCall call_to(const ScriptedPeer& peer) {
  HttpCall call;
  call.origin = {.tls = false, .host = "127.0.0.1", .port = peer.port()};
  call.target = "/v1/models?limit=1";
  call.addresses = net::AddressPolicy::private_allowed;
  return call;
}

TEST(HttpCall, SaysWhatItWasToldAndReadsTheAnswer) {
  std::string asked;
  {
    ScriptedPeer peer([&asked](ScriptedPeer& self) {
      auto connection = self.accept();
      connection.read_request();
      asked = connection.received;
      connection.send("HTTP/1.1 404 Not Found\r\nX-Why: gone\r\nContent-Length: 4\r\n\r\nnone");
    });
    HttpCall call = call_to(peer);
    call.authentication.value = Secret("Bearer secret-of-the-test");
    call.headers = {{"X-Title", "a title"}};
    const auto runtime = make_runtime();
    const auto answer = http_call(*runtime, std::move(call));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 404);
    EXPECT_EQ(answer->body, "none");
    EXPECT_EQ(answer->head.find("x-why"), "gone");
  }
  EXPECT_THAT(asked, HasSubstr("GET /v1/models?limit=1 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nAuthorization: Bearer secret-of-the-test\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nX-Title: a title\r\n"));
  EXPECT_THAT(asked, Not(HasSubstr("Content-")));
}

TEST(HttpCall, PostsABody) {
  std::string asked;
  {
    ScriptedPeer peer([&asked](ScriptedPeer& self) {
      auto connection = self.accept();
      connection.read_request(2);
      asked = connection.received;
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    HttpCall call = call_to(peer);
    call.method = "POST";
    call.body = "{}";
    const auto runtime = make_runtime();
    const auto answer = http_call(*runtime, std::move(call));
    ASSERT_TRUE(answer) << answer.error().message;
  }
  EXPECT_THAT(asked, HasSubstr("Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
}

TEST(HttpCall, AnAnswerBeyondItsCapIsRefused) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'));
    connection.wait_for_end();
  });
  HttpCall call = call_to(peer);
  call.answer_bytes_max = 99;
  const auto answer = http_call(*make_runtime(), std::move(call));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::upstream_too_large);
}

TEST(HttpCall, APrivateAddressNeedsLeave) {
  HttpCall call;
  call.origin = {.tls = false, .host = "127.0.0.1", .port = 1};
  const auto answer = http_call(*make_runtime(), std::move(call));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::address_refused);
}

TEST(HttpCall, ItsTimeoutIsForEverything) {
  ScriptedPeer peer([](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.wait_for_end();
  });
  HttpCall call = call_to(peer);
  call.timeout = std::chrono::milliseconds(50);
  const auto answer = http_call(*make_runtime(), std::move(call));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::upstream_timeout);
}

TEST(Runtime, ItsEndCancelsWhatIsUnderWay) {
  std::promise<void> asked;
  ScriptedPeer peer([&asked](ScriptedPeer& self) {
    auto connection = self.accept();
    connection.read_request();
    asked.set_value();
    connection.wait_for_end();
  });
  std::promise<Result<HttpAnswer>> answered;
  auto runtime = make_runtime();
  async_http_call(*runtime, call_to(peer), [&answered](Result<HttpAnswer> result) {
    answered.set_value(std::move(result));
  });
  asked.get_future().wait();
  runtime.reset();
  auto answer = answered.get_future();
  ASSERT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  const auto result = answer.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::cancelled);
}

TEST(Runtime, ABlockingCallInACallbackIsAnErrorAndNoDeadlock) {
  const auto runtime = make_runtime();
  std::promise<Result<HttpAnswer>> inner;
  HttpCall nowhere;
  nowhere.origin = {.tls = false, .host = "127.0.0.1", .port = 1};
  async_http_call(*runtime, std::move(nowhere), [&inner, &runtime](const Result<HttpAnswer>&) {
    inner.set_value(http_call(*runtime, HttpCall{}));
  });
  const auto result = inner.get_future().get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::internal);
}

// The header forbids it, but a deadlock would be a poor way to say so.
TEST(Runtime, MayEndOnItsOwnThread) {
  auto runtime = make_runtime();
  const auto ended = std::make_shared<std::promise<void>>();
  HttpCall nowhere;
  nowhere.origin = {.tls = false, .host = "127.0.0.1", .port = 1};
  Runtime& runtime_ref = *runtime;
  async_http_call(runtime_ref, std::move(nowhere),
                  [ended, runtime = std::move(runtime)](const Result<HttpAnswer>&) mutable {
                    runtime.reset();
                    ended->set_value();
                  });
  ended->get_future().wait();
}

TEST(Runtime, TheSharedOneLastsAsLongAsItsHolders) {
  auto first = Runtime::shared();
  ASSERT_TRUE(first);
  auto second = Runtime::shared();
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  const std::weak_ptr<Runtime> gone = *first;
  first->reset();
  second->reset();
  EXPECT_TRUE(gone.expired());
  EXPECT_TRUE(Runtime::shared());
}

}  // namespace
}  // namespace tollway::client
