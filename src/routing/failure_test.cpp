#include "routing/failure.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

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

TEST(Failure, IsClassedByStatusAndByWhatTheBodySays) {
  for (const Case& each : cases) {
    EXPECT_EQ(name_of(classify(each.status, each.body)), each.expected) << each.status << each.body;
  }
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

// Every recorded refusal, by the vendor and the status that it came with.
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
    if (status < 400) continue;
    const auto* const body = response.if_contains("body");
    ASSERT_NE(body, nullptr) << entry.path();
    const std::string vendor = entry.path().parent_path().filename();
    ++seen[vendor + " " + std::to_string(status)]
          [std::string(name_of(classify(status, body->as_string())))];
  }
  const std::map<std::string, std::map<std::string, int>> expected{
      {"anthropic 400", {{"client", 1}}},     {"anthropic 404", {{"model", 2}}},
      {"cohere 404", {{"model", 1}}},         {"deepseek 400", {{"client", 1}}},
      {"google 404", {{"model", 1}}},         {"groq 400", {{"transient", 1}}},
      {"groq 404", {{"model", 2}}},           {"openai 400", {{"client", 2}, {"model", 1}}},
      {"openrouter 429", {{"throttled", 1}}}, {"openrouter-sdk 400", {{"client", 6}}},
  };
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace tollway::routing
