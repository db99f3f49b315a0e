// The same model at OpenRouter and at its vendor, and other models when one cannot be had.
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/ledger_rows.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";
constexpr auto down = R"({"error":{"code":503,"message":"no capacity"}})";

std::map<std::string, std::string> once() {
  return {{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}};
}

std::string served(std::string_view model) {
  return fmt::format(
      R"({{"id":"gen-served","object":"chat.completion","model":"{}","choices":[{{"index":0,)"
      R"("message":{{"role":"assistant","content":"Hi"}},"finish_reason":"stop"}}],)"
      R"("usage":{{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}}})",
      model);
}

// OpenRouter first, and OpenAI for its own model.
SeveralProviders openrouter_and_openai(const FaultUpstream& openrouter,
                                       const FaultUpstream& openai) {
  return SeveralProviders(
      {{.key = "openrouter", .url = openrouter.url(), .model = "openai/gpt-4o"},
       {.key = "openai", .url = openai.url(), .model = "gpt-4o", .bare_list = true}});
}

TEST(FallbackModels, vendor_answers_where_openrouter_does_not) {
  FaultUpstream openrouter(FaultUpstream::answering(answer(503, "application/json", down)));
  FaultUpstream openai(FaultUpstream::answering(json_answer(served("gpt-4o-2024-08-06"))));
  const auto both = openrouter_and_openai(openrouter, openai);
  Gateway gateway(both.options(once()));
  const auto got = gateway.post(
      path, R"({"model":"openai/gpt-4o","provider":{"order":["openrouter","openai"]},)"
            R"("transforms":[],"temperature":0.5,"messages":[{"role":"user","content":"Hello"}]})");
  EXPECT_EQ(got.status, 200) << got.body;
  const auto up = openai.request().body_json();
  EXPECT_EQ(at(up, "/model"), "gpt-4o") << "as the vendor spells it";
  EXPECT_EQ(at(up, "/temperature"), 0.5);
  EXPECT_FALSE(up.as_object().contains("provider"));
  EXPECT_FALSE(up.as_object().contains("transforms"));
  EXPECT_EQ(openai.request().headers.find("authorization"),
            "Bearer " + SeveralProviders::key_of("openai"));
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].provider, "openrouter");
  EXPECT_EQ(rows[1].provider, "openai");
  EXPECT_EQ(rows[1].computed, 3'500'000);  // 1000 x $2.50 + 100 x $10 a million
}

TEST(FallbackModels, openrouter_answers_where_the_vendor_does_not) {
  FaultUpstream openrouter(FaultUpstream::answering(json_answer(served("openai/gpt-4o"))));
  FaultUpstream openai(FaultUpstream::answering(answer(503, "application/json", down)));
  const auto both = openrouter_and_openai(openrouter, openai);
  Gateway gateway(both.options(once()));
  const auto got = gateway.post(path, R"({"model":"openai/gpt-4o","provider":{"order":["openai"]},)"
                                      R"("messages":[{"role":"user","content":"Hello"}]})");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(openai.request_count(), 1);
  const auto up = openrouter.request().body_json();
  EXPECT_EQ(at(up, "/model"), "openai/gpt-4o");
  EXPECT_EQ(at(up, "/provider/order/0"), "openai") << "it routes by that itself";
}

// What one model finds wrong with a request may be right for the next (wire.md 3.8).
TEST(FallbackModels, another_model_answers_where_the_first_finds_the_request_wrong) {
  FaultUpstream openrouter(FaultUpstream::answering(json_answer(served("acme/other"))));
  FaultUpstream openai(FaultUpstream::answering(
      answer(400, "application/json",
             R"({"error":{"message":"temperature: no","type":"invalid_request_error"}})")));
  const SeveralProviders both(
      {{.key = "openrouter", .url = openrouter.url(), .model = "acme/other"},
       {.key = "openai", .url = openai.url(), .model = "gpt-4o", .bare_list = true}});
  Gateway gateway(both.options());
  const std::string rest = R"("messages":[{"role":"user","content":"Hello"}]})";
  const auto got =
      gateway.post(path, R"({"model":"openai/gpt-4o","models":["acme/other"],)" + rest);
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(openai.request_count(), 1);
  EXPECT_EQ(gateway.post(path, R"({"model":"openai/gpt-4o",)" + rest).status, 400)
      << "the last one's words where there is no other model";
}

// Who alone can serve gets the request as it came.
TEST(FallbackModels, what_only_openrouter_has_goes_up_byte_for_byte) {
  FaultUpstream openrouter(FaultUpstream::answering(json_answer(served("acme/only-there"))));
  FaultUpstream openai(FaultUpstream::answering(json_answer(served("gpt-4o"))));
  const auto both = openrouter_and_openai(openrouter, openai);
  Gateway gateway(both.options());
  const std::string sent = R"({ "model" : "acme/only-there", "provider":{"sort":"price"} ,)"
                           R"("messages":[{"role":"user","content":"\u0048i"}] , "plugins": []})";
  EXPECT_EQ(gateway.post(path, sent).status, 200);
  EXPECT_EQ(openrouter.request().body, sent);
  EXPECT_EQ(openai.connection_count(), 0);
}

// Any error of the earlier model, also the client's own: too long a prompt, a filter's refusal.
TEST(FallbackModels, next_model_answers_for_the_one_before) {
  const std::vector<std::string> failures = {
      answer(503, "application/json", down),
      answer(429, "application/json", R"({"error":{"code":429,"message":"slow down"}})"),
      answer(400, "application/json",
             R"({"error":{"code":"context_length_exceeded","message":"maximum context length"}})"),
      answer(
          403, "application/json",
          R"({"error":{"code":403,"message":"flagged by moderation","metadata":{"reasons":[]}}})"),
      answer(404, "application/json", R"({"error":{"code":"model_not_found","message":"gone"}})"),
  };
  for (const auto& failure : failures) {
    SCOPED_TRACE(failure);
    FaultUpstream first(FaultUpstream::answering(failure));
    FaultUpstream second(FaultUpstream::answering(json_answer(served("b/other"))));
    auto one = own_provider("first", first.url());
    one.model = "a/wanted";
    auto other = own_provider("second", second.url());
    other.model = "b/other";
    const SeveralProviders both({one, other});
    Gateway gateway(both.options(once()));
    const auto got =
        gateway.post(path, R"({"model":"a/wanted","models":["b/other"],"messages":[]})");
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(at(got.body_json(), "/model"), "b/other");
    EXPECT_EQ(at(second.request().body_json(), "/model"), "b/other");
    EXPECT_FALSE(second.request().body_json().as_object().contains("models"));
    EXPECT_EQ(gateway.only_record().attempts(), 2);
    const auto rows = ledger_rows(gateway.data());
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].provider, "first");
    EXPECT_EQ(rows[1].provider, "second");
    EXPECT_EQ(rows[1].computed, 1'200'000) << "at the price of the one that served";
  }
}

TEST(FallbackModels, models_alone_name_the_first_too) {
  FaultUpstream first(FaultUpstream::answering(json_answer(served("a/wanted"))));
  FaultUpstream second(FaultUpstream::answering(json_answer(served("b/other"))));
  auto one = own_provider("first", first.url());
  one.model = "a/wanted";
  auto other = own_provider("second", second.url());
  other.model = "b/other";
  const SeveralProviders both({one, other});
  Gateway gateway(both.options(once()));
  const auto got = gateway.post(path, R"({"models":["b/other","a/wanted"],"messages":[]})");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(at(got.body_json(), "/model"), "b/other");
  EXPECT_EQ(first.connection_count(), 0);
}

}  // namespace
}  // namespace tollway::test
