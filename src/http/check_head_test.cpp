// What the message parser refuses.
#include <gtest/gtest.h>

#include <algorithm>

#include "http/message_parser_test.hpp"

namespace tollway::http {
namespace {

TEST(MessageParser, C05_refuses_ambiguous_framing) {
  for (const char* headers : {
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 6\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: 5 5\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: -5\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: 5.\r\n",
           "Content-Length:\r\n",
           "Content-Length: \r\n 5\r\n",
           "Content-Length : 5\r\n",
           "Content-Length: 18446744073709551616\r\n",
           "Content-Length: 99999999999999999999999999\r\n",
           "Transfer-Encoding: gzip\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding: chunked, gzip\r\n",
           "Transfer-Encoding: chunked, chunked\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding: \"chunked\"\r\n",
           "Transfer-Encoding: chunked;q=1\r\n",
           "Transfer-Encoding: identity\r\n",
           "Transfer-Encoding:\r\n",
           "Transfer-Encoding:\013chunked\r\n",
           "Transfer-Encoding: chunked\r\n \r\n",
           "Transfer-Encoding:\r\n chunked\r\n",
           " Transfer-Encoding: chunked\r\n",
           "Transfer_Encoding\r\n: chunked\r\n",
       }) {
    const auto outcome = parse_request(post(headers, "5\r\nhello\r\n0\r\n\r\n"));
    EXPECT_EQ(outcome.code, Errc::bad_request) << headers;
    EXPECT_TRUE(outcome.heads.empty()) << headers;
  }
}

TEST(MessageParser, C05_refuses_malformed_lines) {
  for (const char* headers :
       {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "X: a\nY: b\r\n", "X: a\rY: b\r\n", "X: a\r\r\n",
        ": a\r\n", "X\r\n", "X : a\r\n", "X(: a\r\n", "X: a\x01\r\n", "X: a\x7f\r\n",
        "X: \x1b[0m\r\n", "X\x80: a\r\n", "X: a\r\n\n", "X:\r\n a\r\n"}) {
    const auto outcome = parse_request(post(headers));
    EXPECT_EQ(outcome.code, Errc::bad_request) << headers;
    EXPECT_TRUE(outcome.heads.empty()) << headers;
  }
  EXPECT_NE(parse_request("GET / HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n").error, "");
  EXPECT_NE(parse_request("GET / HTTP/1.0\r\n\n").error, "");
  EXPECT_NE(parse_request("GET / HTTP/1.0\n\n").error, "");
  EXPECT_NE(parse_request("GET / HTTP/1.0\r\n\rX").error, "");
  EXPECT_NE(parse_request(std::string_view("GET / HTTP/1.0\r\nX: a\0b\r\n\r\n", 26)).error, "");
}

TEST(MessageParser, C05_refuses_transfer_encoding_in_HTTP_1_0) {
  EXPECT_EQ(parse_request("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").code,
            Errc::bad_request);
}

TEST(MessageParser, C05_refuses_malformed_chunks) {
  for (const char* body : {"5\nhello\r\n0\r\n\r\n",
                           "5\rhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n",
                           "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloXX0\r\n\r\n",
                           " 5\r\nhello\r\n0\r\n\r\n",
                           "5 \r\nhello\r\n0\r\n\r\n",
                           "+5\r\nhello\r\n0\r\n\r\n",
                           "-5\r\nhello\r\n0\r\n\r\n",
                           "0x5\r\nhello\r\n0\r\n\r\n",
                           "\r\n",
                           "5;a\nhello\r\n0\r\n\r\n",
                           "5;a=\rb\r\nhello\r\n0\r\n\r\n",
                           "10000000000000000\r\nhello",
                           "fffffffffffffffff\r\nhello",
                           "0\r\n\n",
                           "0\n\n",
                           "0\r\n\rX",
                           "0\r\nX: a\nY: b\r\n\r\n",
                           "0\r\nX: a\rY: b\r\n\r\n",
                           "0\r\nX: a\r\n b\r\n\r\n",
                           "0\r\n: a\r\n\r\n",
                           "0\r\n X: a\r\n\r\n",
                           "0\r\nX: a\r\n\n",
                           "0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const auto outcome = parse_request(chunked(body));
    EXPECT_EQ(outcome.code, Errc::bad_request) << body;
    EXPECT_TRUE(outcome.bodies.empty()) << body;
  }
}

TEST(MessageParser, C05_refuses_other_versions_and_protocols) {
  for (const char* line :
       {"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/11", "GET /",
        "GET / RTSP/1.0", "SOURCE / ICE/1.0", "GET / http/1.1", "PRI * HTTP/2.0", "GET  / HTTP/1.1",
        "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1",
        "get / HTTP/1.1", "FOO / HTTP/1.1"}) {
    EXPECT_EQ(parse_request(std::string(line) + "\r\nHost: h\r\n\r\n").code, Errc::bad_request)
        << line;
  }
}

TEST(MessageParser, C07_refuses_targets_that_are_not_paths) {
  for (const char* line : {"CONNECT h:443 HTTP/1.1", "CONNECT h HTTP/1.1", "GET http://h/ HTTP/1.1",
                           "GET * HTTP/1.1", "GET h HTTP/1.1", "GET ?a HTTP/1.1", "GET /# HTTP/1.1",
                           "GET /a\x80 HTTP/1.1", "GET /a\x01 HTTP/1.1", "GET /a\x7f HTTP/1.1"}) {
    EXPECT_EQ(parse_request(std::string(line) + "\r\nHost: h\r\n\r\n").code, Errc::bad_request)
        << line;
  }
  EXPECT_EQ(parse_request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").error, "");
}

TEST(MessageParser, C08_refuses_a_host_that_is_more_than_a_host) {
  for (const char* host :
       {"h/", "h?", "h#", "u@h", "h\\", "h h", "h\th", "", "h\x80", "h\"", "<h>"}) {
    EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").code,
              Errc::bad_request)
        << host;
  }
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\n\r\n").code, Errc::bad_request);
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n").code, Errc::bad_request);
  for (const char* host : {"h", "h:80", "[::1]:8484", "127.0.0.1", "a-b_c.example."}) {
    EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").error, "");
  }
}

TEST(MessageParser, C04_a_head_too_large_is_refused) {
  const MessageParser::Limits limits{.head_bytes_max = 100, .header_count_max = 4};
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  const std::string fits = head + std::string(100 - head.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_EQ(parse(Kind::request, fits, limits).error, "");
  const std::string too_large = head + std::string(100 - head.size() - 3, 'x') + "\r\n\r\n";
  EXPECT_EQ(parse(Kind::request, too_large, limits).code, Errc::head_too_large);

  const std::string four = "GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\nC: 1\r\n";
  EXPECT_EQ(parse(Kind::request, four + "\r\n", limits).error, "");
  EXPECT_EQ(parse(Kind::request, four + "D: 1\r\n\r\n", limits).code, Errc::head_too_large);
}

// Found by the fuzzer: the header too many was noticed before or after its malformed name.
TEST(MessageParser, C04_the_error_does_not_depend_on_the_reads) {
  const MessageParser::Limits limits{.head_bytes_max = 100, .header_count_max = 2};
  const std::string two = "GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\n";
  EXPECT_EQ(parse(Kind::request, two + "B b: 1\r\n\r\n", limits).code, Errc::bad_request);
  EXPECT_EQ(parse(Kind::request, two + "B: \x01\r\n\r\n", limits).code, Errc::head_too_large);
}

TEST(MessageParser, C04_framing_is_bounded) {
  const MessageParser::Limits limits{.head_bytes_max = 100, .header_count_max = 4};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string x(200, 'x');
  for (const std::string& body :
       {"1;" + x + "\r\na\r\n0\r\n\r\n", std::string(200, '0') + "\r\n\r\n",
        "0\r\nT: " + x + "\r\n\r\n", "0\r\nT:" + std::string(200, ' ') + "\r\n\r\n"}) {
    EXPECT_EQ(parse(Kind::request, head + body, limits).code, Errc::bad_request) << body;
  }
  std::string extensions;
  for (int i = 0; i < 10; ++i) extensions += "1;" + std::string(50, 'x') + "\r\na\r\n";
  EXPECT_EQ(parse(Kind::request, head + extensions + "0\r\n\r\n", limits).code, Errc::bad_request);
  std::string small;
  for (int i = 0; i < 100; ++i) small += "00000001\r\na\r\n";
  EXPECT_EQ(parse(Kind::request, head + small + "0\r\n\r\n", limits).bodies.at(0),
            std::string(100, 'a'));
}

TEST(MessageParser, U24_refuses_ambiguous_answers) {
  for (const char* head : {
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
           "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
           "HTTP/1.1 200 OK\nX: a\n\n",
           "HTTP/1.1 200 OK\n\r\n",
           "HTTP/1.1 200 a\x01\r\n\r\n",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 099 OK\r\n\r\n",
           "HTTP/1.1 600 OK\r\n\r\n",
           "HTTP/1.1 2000 OK\r\n\r\n",
           "HTTP/1.1  200 OK\r\n\r\n",
           "HTTP/1.1 OK\r\n\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "ICE/1.0 200 OK\r\n\r\n",
           "<html>\r\n\r\n",
       }) {
    const auto outcome = parse_answer(head);
    EXPECT_EQ(outcome.code, Errc::upstream_invalid) << head;
    EXPECT_TRUE(outcome.heads.empty()) << head;
  }
}

TEST(MessageParser, U24_headers_of_1_MB_are_refused) {
  const std::string wire = "HTTP/1.1 200 OK\r\nX: " + std::string(1024 * 1024, 'x') + "\r\n\r\n";
  const auto outcome = parse_cut(Kind::response, wire, {16384, 32768, 65536, wire.size()});
  EXPECT_EQ(outcome.code, Errc::upstream_invalid);
}

// Changes every byte of a request to every value. What is still accepted must be what a reader of
// RFC 9112 would read, line by line.
TEST(MessageParser, C05_no_single_byte_opens_a_second_reading) {
  const std::string wire = "POST /a HTTP/1.1\r\nHost: h\r\nAb: c d\r\nContent-Length: 12\r\n\r\n";
  int accepted = 0;
  for (std::size_t at = 0; at < wire.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = wire;
      changed[at] = static_cast<char>(value);
      MessageParser parser(Kind::request);
      const auto used = parser.parse_head(changed);
      if (!used || !parser.head_complete()) continue;
      ++accepted;
      const Head& head = parser.head();
      std::string written(head.method());
      written += " " + std::string(head.target());
      written += head.is_http_1_0() ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
      for (std::size_t i = 0; i < head.header_count(); ++i) {
        written += std::string(head.header(i).name) + ":";
        written += std::string(head.header(i).value) + "\r\n";
      }
      written += "\r\n";
      // Blanks around a value are the only bytes that may not matter.
      const auto without_blanks = [](std::string text) {
        std::erase_if(text, [](char byte) { return byte == ' ' || byte == '\t'; });
        return text;
      };
      EXPECT_EQ(*used, changed.size());
      EXPECT_EQ(without_blanks(written), without_blanks(changed))
          << "byte " << at << " became " << value;
      EXPECT_EQ(std::ranges::count(written, '\n'), 5);
    }
  }
  EXPECT_GT(accepted, 500);
}

}  // namespace
}  // namespace tollway::http
