#include "routing/failure.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace tollway::routing {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct Case {
  int status;
  std::string_view body;
  std::string_view expected;
};

// Bodies as the vendors document them, or as their users report them.
constexpr Case cases[] = {
    {400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}})",
     "key"},
    {402,
     R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})",
     "key"},
    {429,
     R"({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})",
     "key"},
    {429,
     R"({"error":{"message":"Rate limit reached for gpt-4o","type":"requests","param":null,"code":"rate_limit_exceeded"}})",
     "throttled"},
    {429, "", "throttled"},
    {529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
     "overloaded"},
    {200, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
     "overloaded"},
    {500, R"({"error":{"message":"The server is currently overloaded with other requests."}})",
     "overloaded"},
    {503, R"({"error":"model is loading"})", "overloaded"},
    {503, "<html><body>503 Service Temporarily Unavailable</body></html>", "overloaded"},
    {500, "<html>", "transient"},
    {502, R"({"error":{"code":502,"message":"Provider returned error"}})", "transient"},
    {400,
     R"({"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})",
     "too_long"},
    {400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}})",
     "too_long"},
    {400,
     R"([{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}])",
     "too_long"},
    {403,
     R"({"error":{"code":403,"message":"Your input was flagged by moderation","metadata":{"reasons":["violence"]}}})",
     "refused"},
    {400,
     R"({"error":{"code":"content_filter","message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
     "refused"},
    {401,
     R"({"error":{"message":"Incorrect API key provided: sk-abc.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})",
     "key"},
    {400,
     R"([{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}])",
     "key"},
    {404, R"({"error":"model 'llama9' not found, try pulling it first"})", "model"},
    {410,
     R"({"error":{"message":"The model has been deprecated","type":"invalid_request_error","code":"model_decommissioned"}})",
     "model"},
    {429,
     R"([{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}])",
     "throttled"},
    {408, "", "transient"},
    {413, "", "client"},
    {422, R"({"detail":[{"loc":["body","messages"],"msg":"field required"}]})", "client"},
    {400, "not JSON", "client"},
    {599, "", "transient"},
    {200, R"({"error":{"message":"Provider disconnected","code":502}})", "transient"},
    {400,
     R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low\"}}","provider_name":"Anthropic"}}})",
     "refused"},
};

void expect_classes(std::span<const Case> all) {
  for (const Case& each : all) {
    EXPECT_EQ(name_of(classify(each.status, each.body)), each.expected) << each.status << each.body;
  }
}

TEST(Failure, IsClassedByStatusAndByWhatTheBodySays) {
  expect_classes(cases);
}

// The first event of a stream that came with status 200, in each dialect.
TEST(Failure, EventsAreClassedByWhatTheyStateInThePlaceOfTheirStatus) {
  constexpr Case events[] = {
      {200, R"({"id":"gen-1","choices":[],"error":{"code":402,"message":"no"}})", "key"},
      {200, R"({"error":{"code":"402","message":"no"}})", "key"},
      {200, R"({"error":{"code":400,"message":"no"}})", "client"},
      {200, R"({"error":{"code":429,"message":"no"}})", "throttled"},
      {200, R"({"error":{"http_status":429,"message":"no"}})", "throttled"},
      {200, R"({"choices":[{"finish_reason":"error","error":{"code":429,"message":"no"}}]})",
       "throttled"},
      {200, R"({"choices":[{"finish_reason":"error"}]})", "transient"},
      {200, R"({"error":"the runner has crashed"})", "transient"},
      {200,
       R"({"error":{"code":"server_error","message":"no","metadata":{"error_type":"payment_required"}}})",
       "key"},
      {200,
       R"({"type":"response.failed","response":{"status":"failed","error":{"code":"insufficient_quota","message":"no"}}})",
       "key"},
      {200,
       R"({"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"no"}}})",
       "throttled"},
      {200,
       R"({"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"no"}}})",
       "too_long"},
      {200,
       R"({"type":"response.failed","response":{"error":{"code":"invalid_prompt","message":"no"}}})",
       "client"},
      {200,
       R"({"type":"response.failed","response":{"error_type":"context_length_exceeded","error":{"code":"invalid_prompt","message":"no"}}})",
       "too_long"},
      {200,
       R"({"type":"response.failed","response":{"error_type":"authentication","error":{"code":"server_error","message":"no"}}})",
       "key"},
      {200,
       R"({"type":"response.failed","response":{"error":{"code":"server_error","message":"no"}}})",
       "transient"},
      {200, R"({"type":"error","code":"rate_limit_exceeded","message":"no","param":null})",
       "throttled"},
      {200, R"({"type":"error","code":"429","message":"no"})", "throttled"},
      {200, R"({"type":"error","error":{"type":"rate_limit_error","message":"no"}})", "throttled"},
      {200, R"({"type":"error","error":{"type":"invalid_request_error","message":"no"}})",
       "client"},
      {200,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access"}})",
       "key"},
      {200, R"({"type":"error","error":{"type":"not_found_error","message":"no"}})", "model"},
      {200, R"({"type":"error","error":{"type":"billing_error","message":"no"}})", "key"},
      {200,
       R"({"type":"error","error":{"type":"api_error","error_type":"provider_overloaded","message":"no"}})",
       "overloaded"},
      {200, R"({"error":{"type":"invalid_request_error","code":"tool_use_failed"}})", "transient"},
  };
  expect_classes(events);
}

// Of OpenRouter's errors what they say by structure, whatever the words are: one client's request
// takes the provider away from nobody else.
TEST(Failure, OpenrouterIsReadByStructure) {
  constexpr Case errors[] = {
      {403, R"({"error":{"code":403,"message":"new words","metadata":{"reasons":["violence"]}}})",
       "refused"},
      {403, R"({"error":{"code":403,"message":"new words","metadata":{"flagged_input":"a"}}})",
       "refused"},
      {403, R"({"error":{"code":403,"message":"new words","metadata":{"patterns":["a"]}}})",
       "refused"},
      {403, R"({"error":{"code":403,"message":"new words","metadata":{"reasons":[]}}})", "key"},
      {403,
       R"({"error":{"code":403,"message":"new words","availability":{"code":"region_restricted","retryable":false}}})",
       "refused"},
      {401,
       R"({"error":{"code":401,"message":"Provider returned error","metadata":{"provider_name":"Acme","raw":"{\"error\":{\"code\":\"invalid_api_key\"}}"}}})",
       "refused"},
      {402,
       R"({"error":{"code":402,"message":"Provider returned error","metadata":{"provider_name":"Acme","raw":"no money"}}})",
       "refused"},
      {403,
       R"({"error":{"code":403,"message":"Provider returned error","metadata":{"provider_name":"Acme","raw":"no"}}})",
       "refused"},
      {402, R"({"error":{"code":402,"message":"no","metadata":{"provider_name":null}}})", "key"},
      {402,
       R"({"error":{"code":402,"message":"no","metadata":{"limit_source":"openrouter_in_flight_budget"}}})",
       "throttled"},
      {404,
       R"({"error":{"code":404,"message":"No allowed providers are available for the selected model."}})",
       "refused"},
      {404,
       R"({"error":{"code":404,"message":"No endpoints found matching your data policy (Free model training)."}})",
       "refused"},
      {404, R"({"error":{"code":404,"message":"No endpoints found that support tool use."}})",
       "refused"},
      {404, R"({"error":{"code":404,"message":"No endpoints found for acme/gone."}})", "model"},
      {404,
       R"({"error":{"code":404,"message":"new words","availability":{"code":"privacy_restricted","retryable":false}}})",
       "refused"},
      {404,
       R"({"error":{"code":404,"message":"new words","availability":{"code":"model_deprecated","retryable":false}}})",
       "model"},
      {404,
       R"({"error":{"code":404,"message":"new words","availability":{"code":"no_endpoints","retryable":true}}})",
       "overloaded"},
      {429,
       R"({"error":{"code":429,"message":"new words","availability":{"code":"capacity_exhausted","retryable":true}}})",
       "throttled"},
      {503,
       R"({"error":{"code":503,"message":"new words","availability":{"code":"temporarily_unavailable","retryable":true}}})",
       "overloaded"},
      {404,
       R"({"error":{"code":404,"message":"new words","availability":{"code":"never seen","retryable":false}}})",
       "refused"},
  };
  expect_classes(errors);
}

// Who asks for a model of a strange name, or is quoted otherwise, puts no key to rest for others.
TEST(Failure, WhatARequestIsQuotedWithRestsNoKey) {
  const std::string_view quoting[] = {
      R"({"error":{"message":"Your credit balance is too low is not a valid model ID","code":400}})",
      R"({"error":{"message":"invalid value: 'API key not valid'","type":"invalid_request_error"}})",
      R"([{"error":{"code":400,"message":"Unknown name 'api key expired'","status":"INVALID_ARGUMENT"}}])",
      R"({"error":{"message":"model 'insufficient_quota' is unknown","code":"bad"}})",
  };
  for (const auto body : quoting) {
    EXPECT_FALSE(remedy_for(classify(400, body)).rest_key) << body;
  }
}

// What a request says of itself comes back in answers; it says nothing of the key.
TEST(Failure, MetadataOfTheClientsOwnRestsNoKey) {
  for (
      const std::string_view body :
      {R"({"object":"response","status":"failed","metadata":{"code":"invalid_api_key"},"error":{"code":"server_error","message":"no"}})",
       R"({"type":"response.failed","response":{"object":"response","metadata":{"code":"invalid_api_key"},"error":{"code":"server_error","message":"no"}}})"}) {
    EXPECT_EQ(classify(200, body), FailureClass::transient) << body;
  }
}

TEST(Failure, NestedWithoutEndEndsAllTheSame) {
  std::string body;
  for (int i = 0; i < 30; ++i) body += R"({"error":)";
  body += "1" + std::string(30, '}');
  EXPECT_EQ(classify(400, body), FailureClass::client);
  EXPECT_EQ(classify(400, std::string(100'000, '[')), FailureClass::client);
}

TEST(Failure, RemediesAreWhatTheClassesSay) {
  EXPECT_TRUE(remedy_for(FailureClass::transient).here);
  EXPECT_FALSE(remedy_for(FailureClass::model).here);
  EXPECT_TRUE(remedy_for(FailureClass::key).rest_key);
  EXPECT_EQ(remedy_for(FailureClass::throttled).counts_as, Outcome::throttled);
  EXPECT_EQ(remedy_for(FailureClass::too_long).counts_as, Outcome::neutral);
  EXPECT_TRUE(remedy_for(FailureClass::refused).elsewhere);
  const Remedy none = remedy_for(FailureClass::client);
  EXPECT_FALSE(none.here || none.elsewhere || none.rest_key);
}

// The data of the event "error" of a recorded stream; empty: it has none.
std::string_view error_event_of(std::string_view stream) {
  constexpr std::string_view beginning = "event: error\ndata: ";
  const auto at = stream.find(beginning);
  if (at == std::string_view::npos) return {};
  stream.remove_prefix(at + beginning.size());
  return stream.substr(0, stream.find('\n'));
}

// Every recorded refusal, by the vendor and the status that it came with, or that it was an event.
TEST(Failure, ClassesEveryRecordedError) {
  const fs::path recordings = "../shared/recordings";
  if (!fs::exists(recordings)) GTEST_SKIP() << "../shared/recordings is not there";
  std::map<std::string, std::map<std::string, int>> seen;
  for (const auto& entry : fs::recursive_directory_iterator(recordings)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const json::value exchange = json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
    const auto& response = exchange.at("response").as_object();
    const int status = response.at("status").to_number<int>();
    const auto* const body = response.if_contains("body");
    if (status < 400) {
      if (body == nullptr || !body->is_string()) continue;
      const auto event = error_event_of(body->as_string());
      if (event.empty()) continue;
      ++seen[entry.path().parent_path().filename().string() + " event"]
            [std::string(name_of(classify(200, event)))];
      continue;
    }
    ASSERT_NE(body, nullptr) << entry.path();
    const std::string vendor = entry.path().parent_path().filename();
    ++seen[vendor + " " + std::to_string(status)]
          [std::string(name_of(classify(status, body->as_string())))];
  }
  const std::map<std::string, std::map<std::string, int>> expected{
      {"anthropic 400", {{"client", 1}}},
      {"anthropic 404", {{"model", 2}}},
      {"cohere 404", {{"model", 1}}},
      {"deepseek 400", {{"client", 1}}},
      {"google 404", {{"model", 1}}},
      {"groq 400", {{"transient", 1}}},
      {"groq 404", {{"model", 2}}},
      {"groq event", {{"transient", 2}}},
      {"openai 400", {{"client", 2}, {"model", 1}}},
      {"openrouter 429", {{"throttled", 1}}},
      {"openrouter-sdk 400", {{"client", 6}}},
  };
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace tollway::routing
