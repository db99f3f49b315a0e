// Models that stand behind a model: who is asked when, and what the reply says of it.
#include <gmock/gmock.h>

#include <future>

#include "library/model_under_test.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::chunk;
using test::drain;
using test::FaultUpstream;
using test::hello;
using test::sse_head;
using test::text_event;
using test::UpstreamConnection;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view not_now = R"({"error":{"message":"not now"}})";

FaultUpstream::Script failing(int status, test::HeaderList headers = {}) {
  return FaultUpstream::answering(answer(status, "application/json", not_now, headers));
}
FaultUpstream::Script streaming(const std::string& text) {
  return FaultUpstream::answering(
      test::sse_answer(text_event(text) + test::stop_event() + test::done_event()));
}

// Two providers, each with a key and a model of its own, on one runtime.
struct Two {
  std::shared_ptr<Runtime> runtime = *Runtime::create();

  [[nodiscard]] client::ChatModelOptions first(const std::string& url) const {
    return named("First", "sk-first-canary", "first/model", url);
  }
  [[nodiscard]] client::ChatModelOptions second(const std::string& url) const {
    return named("Second", "sk-second-canary", "second/model", url);
  }
  [[nodiscard]] static ChatModel model(client::ChatModelOptions first,
                                       client::ChatModelOptions second) {
    auto made =
        test::make_model(std::move(first)).with_fallbacks({test::make_model(std::move(second))});
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  [[nodiscard]] ChatModel model(const FaultUpstream& one, const FaultUpstream& other) const {
    return model(first(one.url()), second(other.url()));
  }

 private:
  [[nodiscard]] client::ChatModelOptions named(const std::string& name, const std::string& key,
                                               const std::string& model,
                                               const std::string& url) const {
    auto options = test::options_for(url);
    options.provider_name = name;
    options.provider_key = name;
    options.authentication.value = Secret("Bearer " + key);
    options.model = model;
    options.runtime = runtime;
    return options;
  }
};

void expect_second_answered(const Result<ChatReply>& reply, std::string_view error, int status) {
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->content, "Hi");
  EXPECT_EQ(reply->provider, "Second");
  ASSERT_EQ(reply->attempts.size(), 2U);
  EXPECT_EQ(reply->attempts[0].provider, "First");
  EXPECT_EQ(reply->attempts[0].model, "first/model");
  EXPECT_EQ(reply->attempts[0].status, status);
  EXPECT_EQ(reply->attempts[0].error, error);
  EXPECT_EQ(reply->attempts[1].provider, "Second");
  EXPECT_EQ(reply->attempts[1].model, "second/model");
  EXPECT_EQ(reply->attempts[1].status, 200);
  EXPECT_EQ(reply->attempts[1].error, "");
}

TEST(Fallback, OneThatFailsIsStoodInForAtOnce) {
  for (const int status : {500, 503, 529, 408, 402, 404}) {
    FaultUpstream one(failing(status));
    FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
    const auto reply = Two().model(one, other).invoke(hello());
    expect_second_answered(reply, status == 404 ? "not_found" : "upstream_error", status);
    const auto request = other.request();
    EXPECT_EQ(request.headers.find("authorization"), "Bearer sk-second-canary");
    EXPECT_THAT(request.body, HasSubstr(R"("model":"second/model")"));
  }
}

// tests.md U01.
TEST(Fallback, U01_a_refused_connection) {
  const test::RefusingPort nobody;
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  const Two two;
  const auto url = "http://127.0.0.1:" + std::to_string(nobody.number());
  const auto reply = Two::model(two.first(url), two.second(other.url())).invoke(hello());
  expect_second_answered(reply, "connect_failed", 0);
}

// tests.md U05.
TEST(Fallback, U05_a_reset_before_the_answer) {
  FaultUpstream one([](UpstreamConnection& connection) {
    connection.read_request();
    connection.reset();
  });
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  expect_second_answered(Two().model(one, other).invoke(hello()), "connection_lost", 0);
}

// tests.md U13.
TEST(Fallback, U13_a_200_that_is_an_error_or_nonsense) {
  for (const std::string_view body :
       {R"({"error":{"code":502,"message":"bad provider"}})", "<html>busy</html>"}) {
    FaultUpstream one(FaultUpstream::answering(test::json_answer(body)));
    FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
    const bool said = body.starts_with('{');
    expect_second_answered(Two().model(one, other).invoke(hello()),
                           said ? "upstream_error" : "upstream_invalid", 200);
  }
}

// tests.md U11: it speaks for its upstream alone.
TEST(Fallback, U11_a_retry_after_keeps_calls_away_for_its_time) {
  FaultUpstream one(failing(429, {{"Retry-After", "60"}}));
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  const ChatModel model = Two().model(one, other);
  expect_second_answered(model.invoke(hello()), "upstream_error", 429);
  const auto again = model.invoke(hello());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts.size(), 1U);
  EXPECT_EQ(one.request_count(), 1);
}

TEST(Fallback, AKeyThatIsRefusedRests) {
  FaultUpstream one(failing(401));
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  const ChatModel model = Two().model(one, other);
  expect_second_answered(model.invoke(hello()), "unauthenticated", 401);
  EXPECT_TRUE(model.invoke(hello()));
  EXPECT_EQ(one.request_count(), 1);
  EXPECT_EQ(other.request_count(), 2);
}

TEST(Fallback, TheRequestsOwnFaultIsNobodyElses) {
  FaultUpstream one(failing(400));
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  const auto reply = Two().model(one, other).invoke(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::bad_request);
  EXPECT_EQ(other.request_count(), 0);
}

// tests.md U12.
TEST(Fallback, U12_one_whose_breaker_is_open_is_not_asked) {
  FaultUpstream one(failing(500));
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  const Two two;
  auto first = two.first(one.url());
  first.routing.breaker.open_first = 10min;
  first.routing.breaker.open_max = 10min;
  const ChatModel model = Two::model(std::move(first), two.second(other.url()));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(model.invoke(hello()));
  EXPECT_EQ(one.request_count(), 5);
  EXPECT_EQ(other.request_count(), 8);
}

TEST(Fallback, ACallThatFailsTellsOfItsAttempts) {
  FaultUpstream one(failing(400));
  FaultUpstream other(failing(503));
  const Two two;
  auto first = two.first(one.url());
  first.max_retries = 0;
  std::vector<Attempt> attempts;
  CallOptions options;
  options.failed_attempts = &attempts;
  const ChatModel model = Two::model(std::move(first), two.second(other.url()));
  ASSERT_FALSE(model.invoke(hello(), options));
  ASSERT_FALSE(attempts.empty());
  EXPECT_EQ(attempts.front().provider, "First");
  EXPECT_EQ(attempts.front().status, 400);
  EXPECT_EQ(attempts.front().error, "bad_request");
  const auto asked = attempts.size();
  attempts.clear();
  ASSERT_FALSE(model.stream(hello(), options));
  EXPECT_EQ(attempts.size(), asked);
}

TEST(Fallback, WhereAllFailTheLastOneIsHeard) {
  FaultUpstream one(failing(500));
  FaultUpstream other(failing(503));
  const Two two;
  auto first = two.first(one.url());
  first.max_retries = 1;
  const auto reply = Two::model(std::move(first), two.second(other.url())).invoke(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "Second answered 503: not now (after 4 attempts)");
  EXPECT_EQ(one.request_count(), 2);
  EXPECT_EQ(other.request_count(), 2);
}

TEST(Fallback, WhatItCostsIsThePriceOfWhoAnswered) {
  const std::string without_cost = test::json_answer(
      R"({"choices":[{"index":0,"finish_reason":"stop","message":{"content":"Hi"}}],)"
      R"("usage":{"prompt_tokens":1000,"completion_tokens":2000,"total_tokens":3000}})");
  FaultUpstream one(failing(503));
  FaultUpstream other(FaultUpstream::answering(without_cost));
  const Two two;
  auto first = two.first(one.url());
  first.is_local = true;
  auto second = two.second(other.url());
  second.provider_key = "OPENAI";
  second.model = "gpt-4o-mini";
  const auto reply = Two::model(std::move(first), std::move(second)).invoke(hello());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->cost_kind, CostKind::computed);
  ASSERT_TRUE(reply->cost);
  EXPECT_GT(reply->cost->nanodollars, 0);
}

TEST(Fallback, WhatIsMeantForTheFirstIsNotSentToOthers) {
  FaultUpstream one(failing(503));
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  ChatRequest request = hello();
  request.model = "first/other";
  request.models = {"first/third"};
  request.extra_json = R"({"provider":{"sort":"price"},"logit_bias":{"1":2}})";
  const auto reply = Two().model(one, other).invoke(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->attempts[0].model, "first/other");
  EXPECT_THAT(one.request().body, HasSubstr(R"("provider":{"sort":"price"})"));
  const std::string body = other.request().body;
  EXPECT_THAT(body, HasSubstr(R"("model":"second/model")"));
  EXPECT_THAT(body, HasSubstr(R"("logit_bias":{"1":2})"));
  EXPECT_THAT(body, Not(HasSubstr("first/")));
  EXPECT_THAT(body, Not(HasSubstr("provider")));
}

TEST(Fallback, ADefaultTemperatureThatItRefusesIsLeftOutThere) {
  FaultUpstream one(failing(503));
  FaultUpstream other(FaultUpstream::answering([](const test::Request& request) {
    if (request.body.find("temperature") == std::string::npos) return test::whole_hi();
    return answer(400, "application/json",
                  R"({"error":{"message":"no temperature here","param":"temperature"}})");
  }));
  const Two two;
  auto second = two.second(other.url());
  second.temperature_is_default = true;
  const ChatModel model = Two::model(two.first(one.url()), std::move(second));
  const auto reply = model.invoke(hello());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->attempts.size(), 3U);
  EXPECT_THAT(one.request().body, HasSubstr("temperature"));
  ASSERT_TRUE(model.invoke(hello()));
  EXPECT_EQ(other.request_count(), 3) << "it is remembered";
}

TEST(Fallback, ItsDeadlineIsForAll) {
  FaultUpstream one([](UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  FaultUpstream other(FaultUpstream::answering(test::whole_hi()));
  const auto reply = Two().model(one, other).invoke(hello(), {.timeout = 100ms, .cancel = {}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::upstream_timeout);
  EXPECT_EQ(other.request_count(), 0);
}

TEST(Fallback, AStopEndsTheCallWhoeverIsAsked) {
  FaultUpstream one(failing(503));
  FaultUpstream other([](UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  const ChatModel model = Two().model(one, other);
  std::stop_source source;
  auto result = std::async(std::launch::async, [&model, &source] {
    return model.invoke(hello(), {.timeout = {}, .cancel = source.get_token()});
  });
  ASSERT_TRUE(other.wait_for_requests(1));
  source.request_stop();
  EXPECT_EQ(result.get().error().code, Errc::cancelled);
  EXPECT_TRUE(other.wait_for_hangup());
}

TEST(Fallback, AtMostEightStandTogetherAndOthersFallbacksCount) {
  FaultUpstream one(failing(503));
  FaultUpstream other(failing(503));
  FaultUpstream third(FaultUpstream::answering(test::whole_hi()));
  const Two two;
  const ChatModel behind = Two::model(two.second(other.url()),
                                      test::options_for(third.url()));  // on a runtime of its own
  const auto model = test::make_model(two.first(one.url())).with_fallbacks({behind});
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->model_name(), "first/model");
  const auto reply = model->invoke(hello());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->attempts.size(), 3U);
  EXPECT_TRUE(model->with_fallbacks({behind, behind}));
  const auto too_many = model->with_fallbacks({behind, behind, behind});
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, Errc::bad_request);
}

void expect_second_streamed(const FaultUpstream& one) {
  FaultUpstream other(streaming("Hello"));
  auto stream = Two().model(one, other).stream(hello());
  ASSERT_TRUE(stream) << stream.error().message;
  const auto drained = drain(*stream);
  ASSERT_TRUE(drained.result) << drained.result.error().message;
  EXPECT_EQ(drained.text, "Hello");
  const ChatReply& reply = stream->reply();
  EXPECT_EQ(reply.content, "Hello");
  EXPECT_EQ(reply.provider, "Second");
  ASSERT_EQ(reply.attempts.size(), 2U);
  EXPECT_EQ(reply.attempts[0].provider, "First");
  EXPECT_EQ(reply.attempts[1].provider, "Second");
}

TEST(FallbackOfAStream, AfterAnErrorStatus) {
  const FaultUpstream one(failing(503));
  expect_second_streamed(one);
}

TEST(FallbackOfAStream, CutBeforeItsFirstContent) {
  const FaultUpstream one([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(": PROCESSING\n\n") +
                    chunk(test::event(R"({"id":"a","choices":[{"index":0,"delta":)"
                                      R"({"role":"assistant","content":""}}]})")));
    connection.reset();
  });
  expect_second_streamed(one);
}

TEST(FallbackOfAStream, AnErrorEventBeforeItsFirstContent) {
  const FaultUpstream one(FaultUpstream::answering(
      test::sse_answer(test::event(R"({"error":{"code":502,"message":"gone"},"choices":[]})"))));
  expect_second_streamed(one);
}

TEST(FallbackOfAStream, AfterContentAnErrorIsAnError) {
  FaultUpstream one(FaultUpstream::answering(test::sse_answer(
      text_event("x") + test::event(R"({"error":{"code":502,"message":"gone"},"choices":[]})"))));
  FaultUpstream other(streaming("Hello"));
  auto stream = Two().model(one, other).stream(hello());
  ASSERT_TRUE(stream);
  const auto drained = drain(*stream);
  EXPECT_EQ(drained.text, "x");
  ASSERT_FALSE(drained.result);
  EXPECT_EQ(drained.result.error().message, "First answered 502: gone");
  EXPECT_EQ(stream->reply().attempts.size(), 1U);
  EXPECT_EQ(other.request_count(), 0);
}

}  // namespace
}  // namespace tollway
