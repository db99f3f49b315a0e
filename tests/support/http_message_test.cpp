#include "support/http_message.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

namespace tollway::test {
namespace {

// Both ends of a connection, the far one already written to and half-closed.
Wire wire_with(std::string_view bytes) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  Wire far(ends[0]);
  EXPECT_TRUE(far.send(bytes));
  return Wire(ends[1]);
}

TEST(MessageReader, reads_by_length_and_leaves_the_next_message) {
  auto wire = wire_with("HTTP/1.1 200 OK\r\nA: 1\r\na:2\r\nContent-Length: 3\r\n\r\nabcNEXT");
  MessageReader reader(wire);
  Message message;
  ASSERT_TRUE(reader.read_head(message, true));
  reader.read_body(message);
  EXPECT_EQ(message.start_line, "HTTP/1.1 200 OK");
  EXPECT_EQ(message.headers.count("A"), 2U);
  EXPECT_EQ(message.body, "abc");
  EXPECT_TRUE(message.complete);
  EXPECT_EQ(reader.unread(), "NEXT");
}

TEST(MessageReader, takes_chunks_apart) {
  auto wire = wire_with(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\nA;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nNEXT");
  MessageReader reader(wire);
  Message message;
  ASSERT_TRUE(reader.read_head(message, true));
  reader.read_body(message);
  EXPECT_EQ(message.body, "abc0123456789");
  EXPECT_TRUE(message.complete);
  EXPECT_EQ(reader.unread(), "NEXT");
}

TEST(MessageReader, tells_a_cut_chunk_from_an_end) {
  auto wire = wire_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  MessageReader reader(wire);
  Message message;
  ASSERT_TRUE(reader.read_head(message, true));
  reader.read_body(message);
  EXPECT_EQ(message.body, "ab");
  EXPECT_FALSE(message.complete);
}

TEST(MessageReader, reads_to_the_close_where_nothing_frames_the_body) {
  auto wire = wire_with("HTTP/1.1 200 OK\r\n\r\nall of it");
  MessageReader reader(wire);
  Message message;
  ASSERT_TRUE(reader.read_head(message, true));
  reader.read_body(message);
  EXPECT_EQ(message.body, "all of it");
  EXPECT_TRUE(message.complete);
}

TEST(MessageReader, reports_a_head_that_never_ends) {
  auto wire = wire_with("HTTP/1.1 200 OK\r\nA: ");
  MessageReader reader(wire);
  Message message;
  EXPECT_FALSE(reader.read_head(message, true));
}

}  // namespace
}  // namespace tollway::test
