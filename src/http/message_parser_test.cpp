#include "http/message_parser.hpp"

#include <gtest/gtest.h>

#include "http/message_parser_test.hpp"

namespace tollway::http {
namespace {

TEST(MessageParser, a_request_with_a_body) {
  const auto outcome =
      parse_request(post("Content-Type:  application/json \t\r\nX-Empty:\r\nX-Blank: \t \r\n"
                         "Content-Length: 4\r\n",
                         "{ } "));
  ASSERT_EQ(outcome.error, "");
  ASSERT_EQ(outcome.heads.size(), 1);
  EXPECT_EQ(outcome.heads[0],
            "POST /v1/chat/completions 0 keep-alive length 4\nHost=localhost:8484\n"
            "Content-Type=application/json\nX-Empty=\nX-Blank=\nContent-Length=4");
  EXPECT_EQ(outcome.bodies, std::vector<std::string>{"{ } "});
}

TEST(MessageParser, headers_are_found_whatever_their_case) {
  MessageParser parser(Kind::request);
  const std::string wire = post("AUTHORIZATION: Bearer k\r\nauthorization: second\r\n");
  ASSERT_EQ(parser.parse_head(wire).value(), wire.size());
  EXPECT_EQ(parser.head().find("Authorization"), "Bearer k");
  EXPECT_EQ(parser.head().find("x-api-key"), std::nullopt);
}

TEST(MessageParser, the_body_is_left_alone_until_asked_for) {
  MessageParser parser(Kind::request);
  const std::string head = post("Content-Length: 5\r\n");
  EXPECT_FALSE(parser.head_begun());
  ASSERT_EQ(parser.parse_head(head + "hello").value(), head.size());
  EXPECT_TRUE(parser.head_complete());
  EXPECT_FALSE(parser.message_complete());
  EXPECT_EQ(parser.parse_head("hello").value(), 0);
  std::string rest = "helloPOST";
  const auto step = parser.parse_body(rest).value();
  EXPECT_EQ(step.consumed, 5);
  EXPECT_EQ(step.payload, 5);
  EXPECT_TRUE(step.complete);
  EXPECT_EQ(parser.parse_body(rest).value().consumed, 0);
}

TEST(MessageParser, chunks_are_joined_at_the_front) {
  MessageParser parser(Kind::request);
  const std::string head = chunked("");
  ASSERT_EQ(parser.parse_head(head).value(), head.size());
  std::string body =
      "5;name=\"value\"\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nDigest: x\r\n\r\nGET";
  const auto step = parser.parse_body(body).value();
  EXPECT_EQ(body.substr(0, step.payload), "hello world");
  EXPECT_EQ(step.consumed, body.size() - 3);
  EXPECT_TRUE(step.complete);
}

TEST(MessageParser, chunks_cut_anywhere) {
  const auto outcome =
      parse_request(chunked("a\r\n0123456789\r\n0001;x\r\n\n\r\n000\r\nA: b\r\n\r\n"));
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.bodies, std::vector<std::string>{"0123456789\n"});
}

TEST(MessageParser, C03_pipelined_requests_come_one_by_one) {
  std::string wire;
  for (int i = 0; i < 3; ++i)
    wire += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n" +
            chunked("1\r\nx\r\n0\r\n\r\n") + post("Content-Length: 1\r\n", "y");
  const auto outcome = parse_request(wire);
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(outcome.heads.size(), 9);
  EXPECT_TRUE(outcome.heads[6].starts_with("GET /2 "));
  EXPECT_EQ(outcome.bodies, (std::vector<std::string>{"", "x", "y", "", "x", "y", "", "x", "y"}));
}

TEST(MessageParser, one_empty_line_before_a_request_is_skipped) {
  EXPECT_EQ(parse_request("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").error, "");
  EXPECT_NE(parse_request("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").error, "");
  EXPECT_NE(parse_request("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").error, "");
  EXPECT_NE(parse_answer("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").error, "");
}

TEST(MessageParser, keep_alive_is_the_senders_wish) {
  const auto wish = [](std::string_view version, std::string_view header) {
    MessageParser parser(Kind::request);
    const auto parsed = parser.parse_head("GET / " + std::string(version) + "\r\nHost: h\r\n" +
                                          std::string(header) + "\r\n");
    return parsed && parser.head().keep_alive();
  };
  EXPECT_TRUE(wish("HTTP/1.1", ""));
  EXPECT_FALSE(wish("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(wish("HTTP/1.1", "Connection: foo, Close\r\n"));
  EXPECT_FALSE(wish("HTTP/1.1", "Connection: close, keep-alive\r\n"));
  EXPECT_FALSE(wish("HTTP/1.1", "Connection: close\r\nConnection: keep-alive\r\n"));
  EXPECT_FALSE(wish("HTTP/1.0", ""));
  EXPECT_FALSE(wish("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}

TEST(MessageParser, an_HTTP_1_0_request_needs_no_host) {
  EXPECT_EQ(parse_request("GET / HTTP/1.0\r\n\r\n").error, "");
  EXPECT_EQ(parse_request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").heads.at(0),
            "GET / 0 1.0 keep-alive\nConnection=keep-alive");
}

TEST(MessageParser, C07_an_upgrade_is_ignored) {
  for (const char* upgrade : {"Upgrade: h2c\r\nConnection: upgrade\r\n",
                              "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: websocket\r\n"}) {
    const auto outcome = parse_request(post(std::string(upgrade) + "Content-Length: 2\r\n", "hi") +
                                       post(upgrade) + chunked("2\r\nho\r\n0\r\n\r\n"));
    EXPECT_EQ(outcome.error, "");
    EXPECT_EQ(outcome.bodies, (std::vector<std::string>{"hi", "", "ho"}));
  }
  const auto outcome = parse_answer(
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(outcome.bodies, (std::vector<std::string>{"", "x"}));
}

TEST(MessageParser, errors_name_the_byte) {
  const auto outcome = parse_request("GET / HTTP/1.1\r\nHost: h\r\nX: a\x01\r\n\r\n");
  EXPECT_TRUE(outcome.error.contains("at byte 29")) << outcome.error;
}

TEST(MessageParser, an_answer_with_a_length) {
  const auto outcome =
      parse_answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nhi");
  EXPECT_EQ(outcome.heads.at(0),
            "  200 keep-alive length 2\nContent-Length=2\nContent-Type=text/plain");
  EXPECT_EQ(outcome.bodies.at(0), "hi");
}

TEST(MessageParser, an_answer_without_length_ends_at_close) {
  for (const char* line :
       {"HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.0 200 OK", "HTTP/1.1 200 Gr\xc3\xbc\xc3\x9f"}) {
    const auto outcome = parse_answer(std::string(line) + "\r\n\r\nall of it");
    EXPECT_EQ(outcome.error, "") << line;
    EXPECT_EQ(outcome.bodies, std::vector<std::string>{"all of it"}) << line;
    EXPECT_FALSE(outcome.heads.at(0).contains("keep-alive")) << line;
  }
}

TEST(MessageParser, statuses_without_a_body) {
  for (const char* status :
       {"204 No Content", "304 Not Modified", "100 Continue", "103 Early Hints"}) {
    for (const char* headers : {"", "Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"}) {
      const auto outcome = parse_answer("HTTP/1.1 " + std::string(status) + "\r\n" + headers +
                                        "\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
      EXPECT_EQ(outcome.error, "") << status << headers;
      EXPECT_EQ(outcome.bodies, (std::vector<std::string>{"", "x"})) << status << headers;
    }
  }
}

TEST(MessageParser, C16_an_answer_to_HEAD_has_no_body) {
  for (const char* headers : {"", "Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"}) {
    MessageParser parser(Kind::response);
    const std::string wire = "HTTP/1.1 200 OK\r\n" + std::string(headers) + "\r\n";
    ASSERT_EQ(parser.parse_head(wire).value(), wire.size());
    parser.expect_no_body();
    EXPECT_TRUE(parser.message_complete());
    EXPECT_FALSE(parser.ends_at_close());
    EXPECT_TRUE(parser.head().keep_alive());
  }
}

TEST(MessageParser, U07_U08_a_close_in_the_middle_is_an_error) {
  const std::string wire = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  for (std::size_t size = 0; size < wire.size(); ++size) {
    MessageParser parser(Kind::response);
    std::string bytes = wire.substr(0, size);
    const std::size_t used = parser.parse_head(bytes).value();
    if (parser.head_complete()) ASSERT_TRUE(parser.parse_body(std::span(bytes).subspan(used)));
    const auto finished = parser.finish();
    ASSERT_FALSE(finished) << size;
    EXPECT_EQ(finished.error().code, Errc::connection_lost);
    EXPECT_EQ(finished.error().source, Source::upstream);
  }
  MessageParser chunked_answer(Kind::response);
  ASSERT_TRUE(chunked_answer.parse_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  std::string body = "2\r\nhi\r\n";
  ASSERT_TRUE(chunked_answer.parse_body(body));
  EXPECT_FALSE(chunked_answer.finish());
}

TEST(MessageParser, a_request_cut_off_is_the_clients_leaving) {
  MessageParser parser(Kind::request);
  ASSERT_TRUE(parser.parse_head("GET / HT"));
  EXPECT_TRUE(parser.head_begun());
  EXPECT_EQ(parser.finish().error().code, Errc::cancelled);
}

}  // namespace
}  // namespace tollway::http
