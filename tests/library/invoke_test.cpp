// Whole answers: what is sent, what is retried, what is said of a failure.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "library/model_under_test.hpp"
#include "tollway/provider.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::FaultUpstream;
using test::hello;
using test::library_key;
using test::model_for;
using testing::HasSubstr;
using testing::Not;

// Answers one after the other, whatever the connection; the last one stays.
FaultUpstream::Script in_turn(std::vector<std::string> answers) {
  auto turn = std::make_shared<std::atomic<std::size_t>>(0);
  return [turn, answers = std::move(answers)](test::UpstreamConnection& connection) {
    while (connection.read_request()) {
      const auto i = std::min(turn->fetch_add(1), answers.size() - 1);
      if (answers[i].empty()) return connection.reset();
      connection.send(answers[i]);
    }
  };
}
std::string failing(int status, test::HeaderList headers = {}) {
  return answer(status, "application/json", R"({"error":{"message":"not now"}})", headers);
}

TEST(Invoke, AsksAndReads) {
  FaultUpstream upstream(in_turn({test::whole_hi()}));
  const ChatModel model = model_for(upstream);
  const auto reply = model.invoke("Hello");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->content, "Hi");
  EXPECT_EQ(reply->cost, Money{12500});
  EXPECT_EQ(reply->usage.total_tokens, 3);
  EXPECT_EQ(reply->provider, "Test");
  ASSERT_EQ(reply->attempts.size(), 1U);
  EXPECT_EQ(reply->attempts[0].status, 200);
  EXPECT_GT(reply->timing.total.count(), 0);
  EXPECT_GE(reply->timing.total, reply->timing.first_byte);
  const auto request = upstream.request();
  EXPECT_EQ(request.target, "/api/v1/chat/completions");
  EXPECT_EQ(request.headers.find("authorization"), "Bearer " + std::string(library_key));
  EXPECT_EQ(request.headers.find("accept"), "application/json");
  EXPECT_EQ(request.body,
            R"({"model":"author/model","messages":[{"role":"user","content":"Hello"}],)"
            R"("temperature":0.7})");
}

TEST(Invoke, ABadRequestIsNotSent) {
  FaultUpstream upstream(in_turn({test::whole_hi()}));
  const auto reply = model_for(upstream).invoke(ChatRequest{});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::bad_request);
  EXPECT_EQ(upstream.request_count(), 0);
  EXPECT_FALSE(model_for(upstream).invoke(hello(), {.timeout = 31min, .cancel = {}}));
}

TEST(Invoke, RetriesWhatMayImprove) {
  for (const int status : {408, 429, 500, 503, 529}) {
    FaultUpstream upstream(in_turn({failing(status), test::whole_hi()}));
    const auto reply = model_for(upstream).invoke(hello());
    ASSERT_TRUE(reply) << status << reply.error().message;
    ASSERT_EQ(reply->attempts.size(), 2U);
    EXPECT_EQ(reply->attempts[0].status, status);
    EXPECT_EQ(reply->attempts[0].error, "upstream_error");
    EXPECT_EQ(reply->attempts[1].error, "");
  }
}

// tests.md U05.
TEST(Invoke, U05_a_reset_before_the_answer_is_retried) {
  FaultUpstream upstream(in_turn({"", test::whole_hi()}));
  const auto reply = model_for(upstream).invoke(hello());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->attempts.size(), 2U);
  EXPECT_EQ(reply->attempts[0].error, "connection_lost");
}

// tests.md U13: a failure that came after the status line.
TEST(Invoke, U13_an_error_with_status_200_is_retried_by_its_code) {
  FaultUpstream upstream(in_turn(
      {test::json_answer(R"({"error":{"code":502,"message":"bad provider"}})"), test::whole_hi()}));
  const auto reply = model_for(upstream).invoke(hello());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->attempts.size(), 2U);
}

TEST(Invoke, GivesUpAfterItsRetries) {
  FaultUpstream upstream(in_turn({failing(503)}));
  const auto reply = model_for(upstream).invoke(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::upstream_error);
  EXPECT_EQ(reply.error().message, "Test answered 503: not now (after 3 attempts)");
  EXPECT_EQ(upstream.request_count(), 3);
}

TEST(Invoke, DoesNotRetryWhatCannotImprove) {
  const std::vector<std::pair<int, Errc>> cases{
      {400, Errc::bad_request}, {401, Errc::unauthenticated}, {402, Errc::upstream_error},
      {403, Errc::forbidden},   {404, Errc::not_found},       {413, Errc::body_too_large}};
  for (const auto& [status, code] : cases) {
    FaultUpstream upstream(in_turn({failing(status), test::whole_hi()}));
    const auto reply = model_for(upstream).invoke(hello());
    ASSERT_FALSE(reply) << status;
    EXPECT_EQ(reply.error().code, code) << status;
    EXPECT_THAT(reply.error().message, HasSubstr("not now"));
    EXPECT_EQ(upstream.request_count(), 1);
  }
}

// OpenAI's words for its models of reasoning.
std::string temperature_refused() {
  return answer(
      400, "application/json",
      R"({"error":{"message":"Unsupported value: 'temperature' does not support 0.7 with )"
      R"(this model. Only the default (1) value is supported.",)"
      R"("type":"invalid_request_error","param":"temperature","code":"unsupported_value"}})");
}
constexpr std::string_view body_without_temperature =
    R"({"model":"author/model","messages":[{"role":"user","content":"Hello"}]})";

TEST(Invoke, ADefaultTemperatureThatIsRefusedIsLeftOut) {
  FaultUpstream upstream(in_turn({temperature_refused(), test::whole_hi()}));
  auto options = test::options_for(upstream.url());
  options.temperature_is_default = true;
  options.max_retries = 0;  // the second attempt asks for something else, so it is no retry
  const ChatModel model = test::make_model(std::move(options));
  const auto reply = model.invoke(hello());
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->attempts.size(), 2U);
  EXPECT_EQ(reply->attempts[0].error, "bad_request");
  EXPECT_THAT(upstream.request(0).body, HasSubstr(R"("temperature":0.7)"));
  EXPECT_EQ(upstream.request(1).body, body_without_temperature);

  ASSERT_TRUE(model.invoke(hello()));
  EXPECT_EQ(upstream.request_count(), 3) << "the model remembers";
  EXPECT_EQ(upstream.request(2).body, body_without_temperature);
}

TEST(Invoke, ATemperatureThatWasAskedForIsNotLeftOut) {
  FaultUpstream upstream(in_turn({temperature_refused()}));
  ChatRequest request = hello();
  EXPECT_EQ(model_for(upstream).invoke(request).error().code, Errc::bad_request);
  EXPECT_EQ(upstream.request_count(), 1) << "the model was made with it";

  auto options = test::options_for(upstream.url());
  options.temperature_is_default = true;
  request.temperature = 0.7;
  EXPECT_EQ(test::make_model(std::move(options)).invoke(request).error().code, Errc::bad_request);
  EXPECT_EQ(upstream.request_count(), 2) << "the request has it";
}

TEST(Invoke, AProvidersModelHasADefaultTemperatureUnlessGivenOne) {
  FaultUpstream upstream(FaultUpstream::answering([](const test::Request& request) {
    const bool warm = request.body.find("temperature") != std::string::npos;
    return warm ? temperature_refused() : test::whole_hi();
  }));
  ProviderInfo info;
  info.provider_name = "House";
  info.provider_key = "HOUSE";
  info.default_base_url = upstream.url();
  info.default_model = "house/reasoner";
  info.is_cloud = false;
  const OpenAICompatibleProvider provider(info);
  const auto model = provider.create_llm({}, {}, {});
  ASSERT_TRUE(model) << model.error().message;
  const auto reply = model->invoke(hello());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->content, "Hi");

  const auto warm = provider.create_llm({}, 0.7, {});
  ASSERT_TRUE(warm) << warm.error().message;
  EXPECT_EQ(warm->invoke(hello()).error().code, Errc::bad_request);
}

// tests.md U11.
TEST(Invoke, U11_retry_after_is_honoured_within_the_timeout) {
  FaultUpstream upstream(in_turn({failing(429, {{"Retry-After", "1"}}), test::whole_hi()}));
  const test::Stopwatch stopwatch;
  ASSERT_TRUE(model_for(upstream).invoke(hello()));
  EXPECT_GE(stopwatch.elapsed(), 1s);

  FaultUpstream late(in_turn({failing(429, {{"Retry-After", "99999999999"}}), test::whole_hi()}));
  const auto reply = model_for(late).invoke(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(late.request_count(), 1) << "waiting would outlast the timeout";
}

// tests.md U23.
TEST(Invoke, U23_a_redirection_is_not_followed) {
  FaultUpstream elsewhere(in_turn({test::whole_hi()}));
  FaultUpstream upstream(in_turn({answer(307, "text/plain", "", {{"Location", elsewhere.url()}})}));
  const auto reply = model_for(upstream).invoke(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::upstream_invalid);
  EXPECT_EQ(elsewhere.connection_count(), 0);
}

TEST(Invoke, TheTimeoutIsForAllAttempts) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  const test::Stopwatch stopwatch;
  const auto reply = model_for(upstream).invoke(hello(), {.timeout = 100ms, .cancel = {}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::upstream_timeout);
  EXPECT_GE(stopwatch.elapsed(), 100ms);
  EXPECT_EQ(upstream.request_count(), 1);
  EXPECT_TRUE(upstream.wait_for_hangup());
}

// tests.md S06: providers quote keys.
TEST(Invoke, S06_no_message_holds_the_key) {
  const std::string quoting = R"({"error":{"message":"Incorrect API key: )" +
                              std::string(library_key) + R"( is unknown"}})";
  FaultUpstream upstream(in_turn({answer(401, "application/json", quoting)}));
  const auto reply = model_for(upstream).invoke(hello());
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, Not(HasSubstr(library_key)));
  EXPECT_THAT(reply.error().message, HasSubstr("Incorrect API key: [the API key] is unknown"));
}

TEST(Invoke, AStopEndsTheCallAndTheUpstreamCall) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  std::stop_source source;
  const ChatModel model = model_for(upstream);
  auto result = std::async(std::launch::async, [&model, &source] {
    return model.invoke(hello(), {.timeout = {}, .cancel = source.get_token()});
  });
  ASSERT_TRUE(upstream.wait_for_requests(1));
  source.request_stop();
  const auto reply = result.get();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::cancelled);
  EXPECT_TRUE(upstream.wait_for_hangup());
  EXPECT_EQ(model.invoke(hello(), {.timeout = {}, .cancel = source.get_token()}).error().code,
            Errc::cancelled);
  EXPECT_EQ(upstream.request_count(), 1);
}

TEST(Invoke, AStopEndsTheWaitBeforeARetry) {
  FaultUpstream upstream(in_turn({failing(503)}));
  auto options = test::options_for(upstream.url());
  options.retry_delay = 10min;
  options.timeout = 20min;
  const ChatModel model = test::make_model(std::move(options));
  std::stop_source source;
  auto result = std::async(std::launch::async, [&model, &source] {
    return model.invoke(hello(), {.timeout = {}, .cancel = source.get_token()});
  });
  ASSERT_TRUE(upstream.wait_for_requests(1));
  source.request_stop();
  EXPECT_EQ(result.get().error().code, Errc::cancelled);
}

TEST(Invoke, ManyThreadsShareOneModel) {
  FaultUpstream upstream(in_turn({test::whole_hi()}));
  const ChatModel model = model_for(upstream);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([model, &good] {
      for (int j = 0; j < 20; ++j) {
        const auto reply = model.invoke(hello());
        if (reply && reply->content == "Hi") ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
  EXPECT_LE(upstream.connection_count(), 16) << "connections are used again";
}

TEST(Invoke, TheModelsEndCancelsItsLastCalls) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.stall_until_hangup();
  });
  std::promise<Result<ChatReply>> promise;
  {
    const ChatModel model = model_for(upstream);
    model.async_invoke(
        hello(), {}, [&promise](Result<ChatReply> reply) { promise.set_value(std::move(reply)); });
    ASSERT_TRUE(upstream.wait_for_requests(1));
  }
  EXPECT_EQ(promise.get_future().get().error().code, Errc::cancelled);
}

TEST(MakeChatModel, RefusesWhatCannotWork) {
  const auto refused = [](const std::function<void(client::ChatModelOptions&)>& change) {
    auto options = test::options_for("http://127.0.0.1:1");
    change(options);
    const auto model = client::make_chat_model(std::move(options));
    return !model && model.error().code == Errc::bad_request;
  };
  EXPECT_TRUE(refused([](auto& options) { options.model.clear(); }));
  EXPECT_TRUE(refused([](auto& options) { options.timeout = 0ms; }));
  EXPECT_TRUE(refused([](auto& options) { options.timeout = 31min; }));
  EXPECT_TRUE(refused([](auto& options) { options.max_retries = 11; }));
  EXPECT_TRUE(refused([](auto& options) { options.max_tokens = 0; }));
  EXPECT_TRUE(refused([](auto& options) { options.query = "a b"; }));
  EXPECT_TRUE(refused([](auto& options) { options.headers = {{"X", "a\r\nb"}}; }));
  EXPECT_TRUE(refused([](auto& options) { options.authentication.value = Secret("Bearer a\nb"); }));
}

}  // namespace
}  // namespace tollway
