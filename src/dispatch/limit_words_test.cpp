#include "dispatch/limit_words.hpp"

#include <gtest/gtest.h>

#include <string>

#include "http/message_parser.hpp"

namespace tollway::dispatch {
namespace {

using routing::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::chrono::system_clock::time_point now{seconds(1'795'464'900)};  // 2026-11-23T20:15:00Z

routing::LimitWords read(const std::string& headers) {
  http::MessageParser parser(http::MessageParser::Kind::response);
  const std::string head = "HTTP/1.1 200 OK\r\n" + headers + "\r\n";
  EXPECT_TRUE(parser.parse_head(head));
  EXPECT_TRUE(parser.head_complete());
  const auto words = read_limit_words(parser.head(), now);
  EXPECT_TRUE(says_limits(parser.head()) || (!words.requests && !words.tokens)) << headers;
  return words;
}

Duration reset_of(const std::string& text) {
  const auto words = read("x-ratelimit-remaining: 1\r\nx-ratelimit-reset: " + text + "\r\n");
  return words.requests ? words.requests->reset_in : Duration();
}

TEST(LimitWords, MostAnswersHaveNone) {
  http::MessageParser parser(http::MessageParser::Kind::response);
  ASSERT_TRUE(parser.parse_head(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-RateLimit: 1\r\nx-r: 1\r\n\r\n"));
  EXPECT_FALSE(says_limits(parser.head()));
}

TEST(LimitWords, OpenAIAndThoseWhoCopyIt) {
  const auto words = read(
      "x-ratelimit-limit-requests: 60\r\nx-ratelimit-limit-tokens: 150000\r\n"
      "X-RateLimit-Remaining-Requests: 59\r\nx-ratelimit-remaining-tokens: 149984\r\n"
      "x-ratelimit-reset-requests: 1s\r\nx-ratelimit-reset-tokens: 6m0s\r\n");
  ASSERT_TRUE(words.requests);
  EXPECT_EQ(words.requests->a_minute, 60);
  EXPECT_EQ(words.requests->remaining, 59);
  EXPECT_EQ(words.requests->reset_in, seconds(1));
  ASSERT_TRUE(words.tokens);
  EXPECT_EQ(words.tokens->a_minute, 150'000);
  EXPECT_EQ(words.tokens->remaining, 149'984);
  EXPECT_EQ(words.tokens->reset_in, seconds(360));
}

TEST(LimitWords, Anthropic) {
  const auto words = read(
      "anthropic-ratelimit-requests-limit: 50\r\nanthropic-ratelimit-requests-remaining: 0\r\n"
      "anthropic-ratelimit-requests-reset: 2026-11-23T20:15:30Z\r\n"
      "anthropic-ratelimit-input-tokens-limit: 40000\r\n"
      "anthropic-ratelimit-input-tokens-remaining: 12000\r\n"
      "anthropic-ratelimit-input-tokens-reset: 2026-11-23T20:15:07Z\r\n");
  ASSERT_TRUE(words.requests);
  EXPECT_EQ(words.requests->remaining, 0);
  EXPECT_EQ(words.requests->reset_in, seconds(30));
  ASSERT_TRUE(words.tokens);
  EXPECT_EQ(words.tokens->a_minute, 40'000);
  EXPECT_EQ(words.tokens->reset_in, seconds(7));
}

std::string anthropic(const std::string& of, int limit, int remaining, int second) {
  const auto name = "anthropic-ratelimit-" + of;
  return name + "-limit: " + std::to_string(limit) + "\r\n" + name +
         "-remaining: " + std::to_string(remaining) + "\r\n" + name +
         "-reset: 2026-11-23T20:15:" + std::to_string(second) + "Z\r\n";
}

TEST(LimitWords, OfInputAndOutputTheOneCountsOfWhichTheLesserShareIsLeft) {
  const auto input = [](int remaining) { return anthropic("input-tokens", 40'000, remaining, 10); };
  const auto output = [](int remaining) { return anthropic("output-tokens", 8000, remaining, 20); };
  const auto expect_output = [](const std::string& headers) {
    const auto words = read(headers);
    ASSERT_TRUE(words.tokens);
    EXPECT_EQ(words.tokens->a_minute, 8000);
    EXPECT_EQ(words.tokens->reset_in, seconds(20));
  };
  const auto expect_input = [](const std::string& headers) {
    const auto words = read(headers);
    ASSERT_TRUE(words.tokens);
    EXPECT_EQ(words.tokens->a_minute, 40'000);
    EXPECT_EQ(words.tokens->reset_in, seconds(10));
  };
  expect_output(output(7000));
  expect_output(input(35'001) + output(7000));
  expect_output(output(0) + input(1));
  expect_input(input(7000) + output(7000));
  expect_input(input(35'000) + output(7000));
  expect_input(input(7000) + "anthropic-ratelimit-output-tokens-remaining: 5\r\n");
}

TEST(LimitWords, ALimitForAllTokensCountsAlone) {
  const auto words =
      read(anthropic("output-tokens", 8000, 10, 20) + anthropic("tokens", 50'000, 30'000, 30) +
           anthropic("input-tokens", 40'000, 20, 10));
  ASSERT_TRUE(words.tokens);
  EXPECT_EQ(words.tokens->a_minute, 50'000);
  EXPECT_EQ(words.tokens->remaining, 30'000);
  EXPECT_EQ(words.tokens->reset_in, seconds(30));
}

TEST(LimitWords, OpenRouterSaysOverWhatTimeNowhere) {
  const auto words = read(
      "X-RateLimit-Limit: 20\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1795464960000\r\n");
  ASSERT_TRUE(words.requests);
  EXPECT_EQ(words.requests->a_minute, 0);
  EXPECT_EQ(words.requests->remaining, 0);
  EXPECT_EQ(words.requests->reset_in, seconds(60));
  EXPECT_FALSE(words.tokens);
}

TEST(LimitWords, ResetsAsTheyAreWritten) {
  EXPECT_EQ(reset_of("17ms"), milliseconds(17));
  EXPECT_EQ(reset_of("1h2m3.5s"), milliseconds(3'723'500));
  EXPECT_EQ(reset_of("33.5"), milliseconds(33'500));
  EXPECT_EQ(reset_of("1795464912"), seconds(12));
  EXPECT_EQ(reset_of("2026-11-23T20:15:30.250Z"), seconds(30));
  EXPECT_EQ(reset_of("2026-11-23T22:16:00+02:00"), seconds(60));
  EXPECT_EQ(reset_of("99999d"), std::chrono::hours(24)) << "nobody is shut out for years";
}

TEST(LimitWords, WhatCannotBeReadIsNotThere) {
  for (const char* reset :
       {"", "soon", "-5", "0", "5 s", "5x", "1m2", "nan", "2026-11-23T20:14:00Z",
        "2026-13-23T20:15:30Z", "2026-11-23T20:15:30", "T", "1795464899"}) {
    EXPECT_EQ(reset_of(reset), Duration()) << reset;
  }
  for (const char* remaining : {"", "-1", "many", "99999999999999999999"}) {
    const auto words =
        read("x-ratelimit-remaining: " + std::string(remaining) + "\r\nx-ratelimit-reset: 5\r\n");
    EXPECT_FALSE(words.requests) << remaining;
  }
  EXPECT_FALSE(read("x-ratelimit-limit-requests: 60\r\n").requests);
  EXPECT_FALSE(read("x-ratelimit-remaining-requests: 60\r\n").requests) << "no reset";
}

}  // namespace
}  // namespace tollway::dispatch
