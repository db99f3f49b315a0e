#include "recording/format.hpp"

#include <gtest/gtest.h>

namespace tollway::recording {
namespace {

using std::chrono::milliseconds;

TEST(Format, reads_a_whole_answer) {
  const auto exchange = parse_exchange(R"({
    "id": "a", "request": {"method": "POST", "path": "/v1/x", "body": {"model": "m"}},
    "response": {"status": 429, "headers": {"retry-after": "2"}, "body": "slow down"}})");
  ASSERT_TRUE(exchange) << exchange.error().message;
  EXPECT_EQ(exchange->id, "a");
  EXPECT_EQ(exchange->request_body, R"({"model":"m"})");
  EXPECT_EQ(exchange->status, 429);
  ASSERT_EQ(exchange->headers.size(), 1U);
  EXPECT_EQ(exchange->headers[0].second, "2");
  EXPECT_FALSE(exchange->streamed);
  ASSERT_EQ(exchange->chunks.size(), 1U);
  EXPECT_EQ(exchange->chunks[0].data, "slow down");
}

TEST(Format, reads_chunks_with_their_delays) {
  const auto exchange = parse_exchange(R"({
    "id": "a", "request": {"method": "GET", "path": "/", "body": null},
    "response": {"status": 200, "headers": {}, "cut": true,
                 "chunks": [{"delay_ms": 0, "data": "a"}, {"delay_ms": 416, "data": "b"}]}})");
  ASSERT_TRUE(exchange) << exchange.error().message;
  EXPECT_TRUE(exchange->request_body.empty());
  EXPECT_TRUE(exchange->streamed);
  EXPECT_TRUE(exchange->cut);
  ASSERT_EQ(exchange->chunks.size(), 2U);
  EXPECT_EQ(exchange->chunks[1].delay, milliseconds(416));
  EXPECT_EQ(exchange->chunks[1].data, "b");
}

TEST(Format, what_was_written_is_read_back) {
  Exchange exchange;
  exchange.id = "req-1";
  exchange.recorded_at = "2026-01-07T04:55:49.506Z";
  exchange.method = "POST";
  exchange.path = "/v1/x?y=\"z\"";
  exchange.request_body = R"({"b": 1.50, "a": [true, null]})";
  exchange.headers = {{"content-type", "text/event-stream"}};
  exchange.streamed = true;
  exchange.chunks = {{milliseconds(0), "data: \xC3"}, {milliseconds(7), "\xA9\n\n"}};
  const std::string text = to_text(exchange);
  EXPECT_NE(text.find(exchange.request_body), std::string::npos) << "kept to the letter";
  EXPECT_NE(text.find("\"base64\": \"ZGF0YTogww==\""), std::string::npos) << text;

  const auto again = parse_exchange(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->path, exchange.path);
  EXPECT_EQ(again->recorded_at, exchange.recorded_at);
  ASSERT_EQ(again->chunks.size(), 2U);
  EXPECT_EQ(again->chunks[0].data, exchange.chunks[0].data);
  EXPECT_EQ(again->chunks[1].data, exchange.chunks[1].data);
  EXPECT_EQ(again->chunks[1].delay, milliseconds(7));
  EXPECT_EQ(to_text(*again).size(), to_text(*parse_exchange(to_text(*again))).size());
}

TEST(Format, keeps_bodies_that_are_no_json_or_no_text) {
  Exchange exchange;
  exchange.method = "POST";
  exchange.path = "/";
  exchange.chunks = {{{}, std::string("\xFF\x00z", 3)}};
  for (const std::string body : {"{broken", "\xFE\xFF"}) {
    exchange.request_body = body;
    const auto again = parse_exchange(to_text(exchange));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->request_body, body);
    EXPECT_EQ(again->chunks[0].data, exchange.chunks[0].data);
  }
}

TEST(Format, says_what_is_missing) {
  const auto message = [](std::string_view text) {
    const auto exchange = parse_exchange(text);
    return exchange ? std::string("no error") : exchange.error().message;
  };
  EXPECT_EQ(message("[1"), "not a recording: it is no JSON");
  EXPECT_EQ(message("{}"), "not a recording: it needs the objects request and response");
  EXPECT_EQ(message(R"({"request":{},"response":{}})"),
            "not a recording: request needs the strings method and path");
  EXPECT_EQ(message(R"({"request":{"method":"GET","path":"/"},"response":{"status":99}})"),
            "not a recording: response.status is a number from 100 to 599");
  EXPECT_EQ(message(R"({"request":{"method":"GET","path":"/"},"response":{"status":200}})"),
            "not a recording: response needs a string body or an array chunks");
  EXPECT_EQ(message(R"({"request":{"method":"GET","path":"/"},"response":{"status":200,
                     "chunks":[{"delay_ms":-1,"data":""}]}})"),
            "not a recording: delay_ms is a number from 0 to 3600000");
}

}  // namespace
}  // namespace tollway::recording
