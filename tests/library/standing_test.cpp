// What one call learns of an upstream counts for all calls of its runtime.
#include <gmock/gmock.h>

#include "library/model_under_test.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::FaultUpstream;
using test::hello;
using testing::HasSubstr;

FaultUpstream::Script throttling() {
  return FaultUpstream::answering(answer(
      429, "application/json", R"({"error":{"message":"slow down"}})", {{"Retry-After", "60"}}));
}

struct Shared {
  std::shared_ptr<Runtime> runtime = *Runtime::create();

  [[nodiscard]] client::ChatModelOptions options(const FaultUpstream& upstream) const {
    auto options = test::options_for(upstream.url());
    options.runtime = runtime;
    options.max_retries = 0;
    return options;
  }
};

TEST(Standing, IsSharedByTheModelsOfARuntime) {
  FaultUpstream upstream(throttling());
  const Shared shared;
  const ChatModel model = test::make_model(shared.options(upstream));
  const ChatModel same = test::make_model(shared.options(upstream));
  EXPECT_EQ(model.invoke(hello()).error().code, Errc::upstream_error);

  const auto refused = same.invoke(hello());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::overloaded);
  EXPECT_EQ(refused.error().retry, Retry::same);
  EXPECT_THAT(refused.error().message,
              HasSubstr("Test was asked as often as its limits allow; try again in "));
  EXPECT_EQ(upstream.request_count(), 1);
  EXPECT_EQ(same.stream(hello()).error().code, Errc::overloaded);
  EXPECT_EQ(upstream.request_count(), 1);
}

TEST(Standing, IsOfAKeyAModelAndARuntime) {
  FaultUpstream upstream(throttling());
  const Shared shared;
  EXPECT_FALSE(test::make_model(shared.options(upstream)).invoke(hello()));

  auto other_key = shared.options(upstream);
  other_key.authentication.value = Secret("Bearer sk-another-key");
  EXPECT_FALSE(test::make_model(std::move(other_key)).invoke(hello()));
  EXPECT_EQ(upstream.request_count(), 2);

  ChatRequest other_model = hello();
  other_model.model = "author/other";
  EXPECT_FALSE(test::make_model(shared.options(upstream)).invoke(other_model));
  EXPECT_EQ(upstream.request_count(), 3);

  EXPECT_FALSE(test::make_model(Shared().options(upstream)).invoke(hello()));
  EXPECT_EQ(upstream.request_count(), 4);
}

TEST(Standing, ABreakerThatIsOpenSaysSo) {
  FaultUpstream upstream(FaultUpstream::answering(answer(500, "text/plain", "broken")));
  const ChatModel model = test::make_model(Shared().options(upstream));
  auto reply = model.invoke(hello());
  for (int i = 0; i < 100 && reply.error().code != Errc::overloaded; ++i) {
    EXPECT_EQ(reply.error().message, "Test answered 500: broken");
    reply = model.invoke(hello());
  }
  EXPECT_THAT(reply.error().message, HasSubstr("Test is left alone after failures; try again in "));
  EXPECT_GE(upstream.request_count(), 5);
}

TEST(Standing, AKeyThatWasRefusedRests) {
  FaultUpstream upstream(FaultUpstream::answering(answer(401, "text/plain", "who are you")));
  const ChatModel model = test::make_model(Shared().options(upstream));
  auto reply = model.invoke(hello());
  for (int i = 0; i < 100 && reply.error().code != Errc::overloaded; ++i) {
    EXPECT_EQ(reply.error().code, Errc::unauthenticated);
    reply = model.invoke(hello());
  }
  EXPECT_THAT(reply.error().message, HasSubstr("Test refused the API key, which rests since"));
}

TEST(Standing, AModelThatIsNotThereIsSaidToBeSoEachTime) {
  FaultUpstream upstream(FaultUpstream::answering(answer(404, "text/plain", "no such model")));
  const ChatModel model = test::make_model(Shared().options(upstream));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(model.invoke(hello()).error().code, Errc::not_found);
}

TEST(Standing, WhatAnswersSayOfLimitsIsObeyed) {
  const std::string last_one = test::whole_hi({{"x-ratelimit-limit-requests", "60"},
                                               {"x-ratelimit-remaining-requests", "0"},
                                               {"x-ratelimit-reset-requests", "1m0s"}});
  FaultUpstream upstream(FaultUpstream::answering(last_one));
  const ChatModel model = test::make_model(Shared().options(upstream));
  EXPECT_TRUE(model.invoke(hello()));
  EXPECT_EQ(model.invoke(hello()).error().code, Errc::overloaded);
  EXPECT_EQ(upstream.request_count(), 1);
}

TEST(Standing, TheLimitsOfAKeyHold) {
  FaultUpstream upstream(FaultUpstream::answering(test::whole_hi()));
  auto options = Shared().options(upstream);
  options.limits.requests_a_minute = 2;
  const ChatModel model = test::make_model(std::move(options));
  EXPECT_TRUE(model.invoke(hello()));
  EXPECT_TRUE(model.invoke(hello()));
  EXPECT_EQ(model.invoke(hello()).error().code, Errc::overloaded);
  EXPECT_EQ(upstream.request_count(), 2);
}

}  // namespace
}  // namespace tollway
