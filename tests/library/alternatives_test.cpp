// Models that are chosen between: who is asked first, who is not asked at all, and why.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "client/provider_facts.hpp"
#include "library/model_under_test.hpp"
#include "tollway/discovery.hpp"
#include "tollway/openrouter.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::answer;
using test::FaultUpstream;
using test::hello;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

FaultUpstream::Script saying_hi() {
  return FaultUpstream::answering(test::whole_hi());
}
FaultUpstream::Script failing(int status) {
  return FaultUpstream::answering(
      answer(status, "application/json", R"({"error":{"message":"not now"}})"));
}
FaultUpstream::Script streaming_after(std::chrono::milliseconds time) {
  return [time](test::UpstreamConnection& connection) {
    while (connection.read_request()) {
      if (!connection.stall(time)) return;
      connection.send(
          test::sse_answer(test::text_event("Hi") + test::stop_event() + test::done_event()));
    }
  };
}

// What a provider's list says of the model; dollars a token.
ModelInfo costing(std::string price) {
  ModelInfo info;
  info.id = "author/model";
  info.prompt_price = price;
  info.completion_price = std::move(price);
  return info;
}
ModelInfo with_parameters(ModelInfo info, std::vector<std::string> parameters) {
  info.supported_parameters = std::move(parameters);
  return info;
}

// Providers that offer one model, on one runtime.
struct Offers {
  std::shared_ptr<Runtime> runtime = *Runtime::create();

  [[nodiscard]] client::ChatModelOptions options(const std::string& name,
                                                 const FaultUpstream& upstream,
                                                 ModelInfo listed) const {
    auto options = test::options_for(upstream.url());
    options.provider_name = name;
    options.provider_key = name;
    options.runtime = runtime;
    options.model = listed.id;
    auto lists = std::make_shared<client::ListedModels>();
    lists->remember({std::move(listed)});
    options.lists = std::move(lists);
    return options;
  }
  [[nodiscard]] ChatModel offer(const std::string& name, const FaultUpstream& upstream,
                                ModelInfo listed) const {
    return test::make_model(options(name, upstream, std::move(listed)));
  }
};

ChatModel among(const ChatModel& model, const std::vector<ChatModel>& others,
                const std::string& strategy = "lowest_price") {
  auto made = model.with_alternatives(others, {.strategy = strategy});
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

std::vector<std::string> asked(const Result<ChatReply>& reply) {
  EXPECT_TRUE(reply) << reply.error().message;
  std::vector<std::string> names;
  if (!reply) return names;
  for (const Attempt& attempt : reply->attempts) names.push_back(attempt.provider);
  return names;
}

ChatRequest with_provider(std::string_view preferences) {
  ChatRequest request = hello();
  request.extra_json = R"({"provider":)" + std::string(preferences) + "}";
  return request;
}

// A dear one that comes first in writing, one in the middle, and a cheap one.
struct Three {
  FaultUpstream at_dear{saying_hi()};
  FaultUpstream at_middle{saying_hi()};
  FaultUpstream at_cheap{saying_hi()};
  Offers offers;
  ChatModel dear = offers.offer("Dear", at_dear, costing("0.00003"));
  ChatModel middle = offers.offer("Middle", at_middle, costing("0.00002"));
  ChatModel cheap = offers.offer("Cheap", at_cheap, costing("0.00001"));
  ChatModel model = among(dear, {middle, cheap});
};

TEST(Alternatives, TheCheapestIsAskedFirst) {
  const Three three;
  EXPECT_THAT(asked(three.model.invoke(hello())), ElementsAre("Cheap"));
  EXPECT_EQ(three.model.provider_key(), "Dear");
}

TEST(Alternatives, AfterAFailureTheNextInTheOrderIsAsked) {
  const Three three;
  FaultUpstream down(failing(503));
  const ChatModel cheapest = three.offers.offer("Down", down, costing("0.000001"));
  const ChatModel model = among(three.dear, {three.middle, cheapest});
  const auto reply = model.invoke(hello());
  EXPECT_THAT(asked(reply), ElementsAre("Down", "Middle"));
  EXPECT_EQ(reply->attempts[0].status, 503);
  EXPECT_EQ(three.at_dear.request_count(), 0);
}

TEST(Alternatives, FallbacksKeepTheirOrderWithoutAndBehindAlternatives) {
  const Three three;
  const auto written = three.dear.with_fallbacks({three.cheap});
  ASSERT_TRUE(written);
  EXPECT_THAT(asked(written->invoke(hello())), ElementsAre("Dear"));

  FaultUpstream one(failing(503));
  FaultUpstream other(failing(503));
  const ChatModel both = among(three.offers.offer("One", one, costing("0.001")),
                               {three.offers.offer("Other", other, costing("0.0001"))});
  const auto behind = both.with_fallbacks({three.dear, three.cheap});
  ASSERT_TRUE(behind);
  EXPECT_THAT(asked(behind->invoke(hello())), ElementsAre("Other", "One", "Dear"));
}

TEST(Alternatives, OneWithoutToolsIsNotAskedForThem) {
  const Three three;
  FaultUpstream plain(saying_hi());
  const ChatModel cheapest = three.offers.offer(
      "Plain", plain, with_parameters(costing("0.000001"), {"temperature", "max_tokens"}));
  // Lists that say nothing of parameters would be taken to mean the other's.
  const auto with_tools = [&](const char* name, const FaultUpstream& at, const char* price) {
    return three.offers.offer(name, at, with_parameters(costing(price), {"max_tokens", "tools"}));
  };
  const ChatModel model = among(with_tools("Dear", three.at_dear, "0.00003"),
                                {cheapest, with_tools("Middle", three.at_middle, "0.00002")});
  ChatRequest request = hello();
  EXPECT_THAT(asked(model.invoke(request)), ElementsAre("Plain"));
  request.tools.push_back({.name = "look", .description = "looks", .parameters = {}, .strict = {}});
  EXPECT_THAT(asked(model.invoke(request)), ElementsAre("Middle"));
}

TEST(Alternatives, WhatDoesNotFitIsNotAsked) {
  const Three three;
  FaultUpstream at_small(saying_hi());
  ModelInfo small = costing("0.000001");
  small.id = "author/small";  // what one list says of a model counts for it elsewhere, too
  small.context_length = 100;
  small.input_modalities = {"text"};
  const ChatModel model =
      among(three.dear, {three.offers.offer("Small", at_small, small), three.cheap});
  EXPECT_THAT(asked(model.invoke(hello())), ElementsAre("Small"));
  ChatRequest request = hello();
  request.max_tokens = 200;
  EXPECT_THAT(asked(model.invoke(request)), ElementsAre("Cheap"));
  request = hello();
  request.messages.front().content.emplace_back(
      ImagePart{.url = "https://example.com/cat.png", .detail = {}});
  EXPECT_THAT(asked(model.invoke(request)), ElementsAre("Cheap"));
  request = hello();
  request.messages.front() = Message::user(std::string(1000, 'x'));
  EXPECT_THAT(asked(model.invoke(request)), ElementsAre("Cheap"));
}

TEST(Alternatives, TheRequestsProviderObjectIsHeededForAll) {
  const Three three;
  const auto served = [&](std::string_view preferences) {
    return asked(three.model.invoke(with_provider(preferences)));
  };
  EXPECT_THAT(served(R"({"order":["middle","dear"]})"), ElementsAre("Middle"));
  EXPECT_THAT(served(R"({"only":["dear"]})"), ElementsAre("Dear"));
  EXPECT_THAT(served(R"({"ignore":["cheap"]})"), ElementsAre("Middle"));
  EXPECT_THAT(served(R"({"ignore":["dear"],"max_price":{"prompt":15}})"), ElementsAre("Cheap"));
  // None of them is OpenRouter, so none is sent what only OpenRouter understands.
  for (const auto* upstream : {&three.at_dear, &three.at_middle, &three.at_cheap}) {
    EXPECT_THAT(upstream->request().body, Not(HasSubstr("provider")));
  }
}

TEST(Alternatives, WhereNobodyIsLeftTheErrorSaysWhy) {
  const Three three;
  std::string explanation;
  CallOptions options;
  options.explanation = &explanation;
  const auto reply =
      three.model.invoke(with_provider(R"({"only":["cheap"],"max_price":{"prompt":1}})"), options);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::not_found);
  EXPECT_EQ(reply.error().message,
            "no endpoint of author/model may serve this request as it asks to be served: "
            "dear (not_allowed), middle (not_allowed), cheap (max_price)");
  EXPECT_THAT(explanation, HasSubstr(R"("dropped":"max_price")"));
  EXPECT_EQ(three.model.stream(with_provider(R"({"only":["nobody"]})")).error().code,
            Errc::not_found);
}

TEST(Alternatives, WhatCannotBeReadIsRefusedBeforeAnyoneIsAsked) {
  const Three three;
  const auto reply = three.model.invoke(with_provider(R"({"sort":"beauty"})"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::bad_request);
  EXPECT_THAT(reply.error().message, HasSubstr("provider.sort: expected"));
  ChatRequest named = hello();
  named.model = "author/other";
  EXPECT_EQ(three.model.invoke(named).error().code, Errc::bad_request);
  CallOptions options;
  options.strategy = "beauty";
  EXPECT_THAT(three.model.invoke(hello(), options).error().message,
              HasSubstr("expected a strategy out of balanced, "));
  EXPECT_EQ(three.dear.with_alternatives({three.cheap}, {.strategy = "beauty"}).error().code,
            Errc::bad_request);
  EXPECT_EQ(three.at_cheap.request_count(), 0);
}

TEST(Alternatives, TheStrategyIsTheSettingsTheModelsOrTheCalls) {
  const Three three;
  FaultUpstream upstream(saying_hi());
  auto options = three.offers.options("Set", upstream, costing("0.0001"));
  options.routing.strategy = "ordered";
  const ChatModel set = test::make_model(std::move(options));
  const auto by_setting = set.with_alternatives({three.cheap});
  ASSERT_TRUE(by_setting);
  EXPECT_THAT(asked(by_setting->invoke(hello())), ElementsAre("Set"));
  EXPECT_THAT(asked(among(set, {three.cheap}).invoke(hello())), ElementsAre("Cheap"));
  CallOptions call;
  call.strategy = "lowest_price";
  EXPECT_THAT(asked(by_setting->invoke(hello(), call)), ElementsAre("Cheap"));
}

TEST(Alternatives, ADecisionIsExplained) {
  const Three three;
  std::string explanation;
  CallOptions options;
  options.explanation = &explanation;
  ASSERT_TRUE(three.model.invoke(with_provider(R"({"ignore":["middle"]})"), options));
  const auto decision = json::parse(explanation).as_object();
  EXPECT_EQ(decision.at("strategy").as_string(), "lowest_price");
  const auto& candidates = decision.at("candidates").as_array();
  ASSERT_EQ(candidates.size(), 3U);
  EXPECT_EQ(candidates[0].at("provider").as_string(), "cheap");
  EXPECT_EQ(candidates[0].at("place").as_int64(), 1);
  EXPECT_EQ(candidates[2].at("dropped").as_string(), "ignored");
}

// What a stream of one model alone has measured is known to all choices of its runtime.
TEST(Alternatives, WhatCallsMeasuredOrdersTheNextOnes) {
  FaultUpstream at_slow(streaming_after(60ms));
  FaultUpstream at_fast(streaming_after(0ms));
  const auto first_after = [&](bool measured) {
    const Offers offers;
    const ChatModel slow = offers.offer("Slow", at_slow, costing("0.00001"));
    const ChatModel fast = offers.offer("Fast", at_fast, costing("0.00001"));
    for (const ChatModel& alone : {slow, fast}) {
      if (!measured) continue;
      auto stream = alone.stream(hello());
      EXPECT_TRUE(stream);
      if (stream) EXPECT_TRUE(test::drain(*stream).result);
    }
    auto stream = among(slow, {fast}, "lowest_latency").stream(hello());
    EXPECT_TRUE(stream);
    if (stream) EXPECT_TRUE(test::drain(*stream).result);
    return stream ? stream->reply().provider : std::string();
  };
  EXPECT_EQ(first_after(false), "Slow");
  EXPECT_EQ(first_after(true), "Fast");
}

TEST(Alternatives, AStreamGoesOnToTheNextBeforeItsFirstContent) {
  const Three three;
  FaultUpstream cut([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.send(test::sse_head() + test::chunk(": PROCESSING\n\n"));
    connection.reset();
  });
  FaultUpstream streams(streaming_after(0ms));
  const ChatModel model = among(three.offers.offer("Streams", streams, costing("0.00001")),
                                {three.offers.offer("Cut", cut, costing("0.000001"))});
  auto stream = model.stream(hello());
  ASSERT_TRUE(stream) << stream.error().message;
  ASSERT_TRUE(test::drain(*stream).result);
  EXPECT_EQ(stream->reply().provider, "Streams");
  EXPECT_EQ(stream->reply().attempts.size(), 2U);
}

// wire.md 4.12.
TEST(Alternatives, ASessionStaysWithWhoServedIt) {
  const Three three;
  const ChatModel model = among(three.dear, {three.middle, three.cheap}, "price_weighted");
  std::set<std::string> served_by;
  for (int session = 0; session < 40; ++session) {
    ChatRequest request = hello();
    request.extra_json = R"({"session_id":"s)" + std::to_string(session) + R"("})";
    const auto first = asked(model.invoke(request));
    for (int turn = 0; turn < 4; ++turn) EXPECT_EQ(asked(model.invoke(request)), first);
    served_by.insert(first.begin(), first.end());
  }
  EXPECT_GT(served_by.size(), 1U);
}

TEST(Alternatives, KeysOfOneOfferShareItsCalls) {
  const Three three;
  auto one = three.offers.options("Cheap", three.at_cheap, costing("0.00001"));
  one.authentication.value = Secret("Bearer sk-another-key");
  const ChatModel model = among(three.cheap, {three.dear, test::make_model(std::move(one))});
  int with_other_key = 0;
  for (int i = 0; i < 40; ++i) EXPECT_THAT(asked(model.invoke(hello())), ElementsAre("Cheap"));
  for (const auto& request : three.at_cheap.requests()) {
    with_other_key += request.headers.find("authorization") == "Bearer sk-another-key" ? 1 : 0;
  }
  EXPECT_GT(with_other_key, 0);
  EXPECT_LT(with_other_key, 40);
}

// One model through OpenRouter, at its vendor and on the own machine, by what the library knows.
TEST(Alternatives, OfConfiguredProvidersAreKnownByTheBuiltInLists) {
  FaultUpstream openrouter(saying_hi());
  FaultUpstream vendor(saying_hi());
  FaultUpstream local(failing(503));
  const auto settings = SettingsSnapshot::from({{"llm.openrouter.api_key", "sk-or-v1-canary"},
                                                {"llm.openrouter.url", openrouter.url()},
                                                {"llm.openai.api_key", "sk-proj-canary"},
                                                {"llm.openai.url", vendor.url()},
                                                {"llm.ollama.url", local.url()},
                                                {"routing.strategy", "lowest_price"}});
  ASSERT_TRUE(settings) << settings.error().message;
  LlmOptions options;
  options.settings = *settings;
  options.runtime = *Runtime::create();
  const auto made = [&](std::string_view provider, std::string_view model) {
    return (*get_provider_class(provider))->create_llm(model, {}, options);
  };
  const auto through = made("openrouter", "openai/gpt-4o-mini");
  const auto direct = made("openai", "gpt-4o-mini");
  const auto own = made("ollama", "gpt-oss:20b");
  ASSERT_TRUE(through && direct && own);
  const auto model = through->with_alternatives({*direct, *own});
  ASSERT_TRUE(model) << model.error().message;

  std::string explanation;
  CallOptions call;
  call.explanation = &explanation;
  const auto reply = model->invoke(hello(), call);
  EXPECT_THAT(asked(reply), ElementsAre("Ollama", "OpenRouter"));
  for (const auto& candidate : json::parse(explanation).at("candidates").as_array()) {
    EXPECT_TRUE(candidate.at("expected_cost").is_string()) << candidate;
  }
  // OpenRouter gets the wishes that it understands itself.
  EXPECT_TRUE(model->invoke(with_provider(R"({"order":["openai","azure"]})")));
  EXPECT_EQ(vendor.request_count(), 1) << "who is reached directly comes first";
  EXPECT_TRUE(model->invoke(with_provider(R"({"order":["azure"]})")));
  EXPECT_THAT(openrouter.request(1).body, HasSubstr(R"("provider":{"order":["azure"]})"));
}

}  // namespace
}  // namespace tollway
