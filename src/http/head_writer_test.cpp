#include "http/head_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "http/message_parser.hpp"

namespace tollway::http {
namespace {

TEST(HeadWriter, writes_a_request) {
  std::string out;
  HeadWriter(out)
      .request("POST", "/api/v1/chat/completions")
      .header("Host", "openrouter.ai")
      .header("Content-Length", 17)
      .finish();
  EXPECT_EQ(out,
            "POST /api/v1/chat/completions HTTP/1.1\r\nHost: openrouter.ai\r\n"
            "Content-Length: 17\r\n\r\n");
}

TEST(HeadWriter, appends_an_answer) {
  std::string out = "before";
  HeadWriter(out).status(200).header("Content-Type", "text/event-stream").finish();
  EXPECT_EQ(out, "beforeHTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
}

TEST(HeadWriter, numbers_have_no_limit_but_their_type) {
  std::string out;
  HeadWriter(out).header("A", 0).header("B", std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out, "A: 0\r\nB: 18446744073709551615\r\n");
}

TEST(HeadWriter, a_value_that_would_inject_is_left_out) {
  for (const char* value : {"a\r\nX: y", "a\nb", "a\rb", "\x01", "\x7f", "\x1b[0m"}) {
    std::string out;
    HeadWriter(out).header("A", value).header("B", "kept");
    EXPECT_EQ(out, "B: kept\r\n");
  }
  EXPECT_FALSE(is_header_value(std::string_view("a\0b", 3)));
}

TEST(HeadWriter, values_may_hold_tabs_and_text_beyond_ASCII) {
  EXPECT_TRUE(is_header_value(""));
  EXPECT_TRUE(is_header_value("a\tb ~"));
  EXPECT_TRUE(
      is_header_value("Gr\xc3\xbc\xc3\x9f"
                      "e"));
}

TEST(HeadWriter, names_are_tokens) {
  EXPECT_TRUE(is_header_name("X-Api_Key.1"));
  for (const char* name : {"", "a b", "a:", "a\r", "(a)", "a/b", "\xc3\xbc"}) {
    EXPECT_FALSE(is_header_name(name)) << name;
  }
}

TEST(HeadWriter, reasons_are_known_for_what_gateways_send) {
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(529), "Overloaded");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(HeadWriter, what_it_writes_the_parser_reads) {
  for (int status = 100; status < 600; ++status) {
    std::string out;
    HeadWriter(out).status(status).header("Content-Length", 0).finish();
    MessageParser parser(MessageParser::Kind::response);
    ASSERT_EQ(parser.parse_head(out).value(), out.size());
    EXPECT_EQ(parser.head().status(), status);
  }
}

}  // namespace
}  // namespace tollway::http
