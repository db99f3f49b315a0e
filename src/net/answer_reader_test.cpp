#include "net/answer_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace tollway::net {
namespace {

using testing::HasSubstr;

void feed(AnswerReader& reader, std::string_view bytes) {
  const auto into = reader.prepare();
  ASSERT_LE(bytes.size(), into.size());
  std::memcpy(into.data(), bytes.data(), bytes.size());
  reader.received(bytes.size());
}

struct Outcome {
  bool head = false;
  bool end = false;
  std::string content;
  std::optional<Error> error;
};

// Feeds an answer in pieces of that size, as a connection would.
Outcome read_answer(AnswerReader& reader, std::string_view bytes, std::size_t piece,
                    bool closed_at_end = false) {
  Outcome outcome;
  while (!outcome.end && !bytes.empty()) {
    feed(reader, bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    if (!outcome.head) {
      const auto head = reader.read_head();
      if (!head) return {.content = {}, .error = head.error()};
      outcome.head = *head;
    }
    while (outcome.head && !outcome.end) {
      const auto content = reader.next();
      if (!content) return {.content = outcome.content, .error = content.error()};
      outcome.content += content->bytes;
      outcome.end = content->end;
      if (content->bytes.empty()) break;
    }
  }
  if (!closed_at_end || outcome.end) return outcome;
  if (const auto closed = reader.closed(); !closed) outcome.error = closed.error();
  if (const auto content = reader.next(); content) outcome.end = content->end;
  return outcome;
}

Outcome read_answer(std::string_view bytes, bool closed_at_end = false, bool no_body = false) {
  AnswerReader reader;
  reader.begin(no_body);
  return read_answer(reader, bytes, bytes.size(), closed_at_end);
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in(text);
  std::string out(in.size() + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string coded_answer(std::string_view coding, std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(coding) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

constexpr std::string_view chunked_answer =
    "HTTP/1.1 100 Continue\r\n\r\n"
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nTrailer: 1\r\n\r\n";

TEST(AnswerReader, U17_an_answer_cut_anywhere_reads_the_same) {
  for (std::size_t piece = 1; piece <= chunked_answer.size(); ++piece) {
    AnswerReader reader;
    reader.begin(false);
    const Outcome outcome = read_answer(reader, chunked_answer, piece);
    EXPECT_TRUE(outcome.end) << piece;
    EXPECT_EQ(outcome.content, "hello, world") << piece;
    EXPECT_EQ(reader.head().status(), 200);
    EXPECT_TRUE(reader.leaves_connection_usable());
  }
}

TEST(AnswerReader, chunks_of_one_read_are_handed_out_together) {
  AnswerReader reader;
  reader.begin(false);
  feed(reader, chunked_answer);
  ASSERT_TRUE(reader.read_head().value());
  EXPECT_EQ(reader.next()->bytes, "hello, world");
  EXPECT_TRUE(reader.next()->end);
}

TEST(AnswerReader, answers_follow_each_other) {
  AnswerReader reader;
  for (const std::string body : {"one", "two"}) {
    reader.begin(false);
    EXPECT_FALSE(reader.begun());
    const auto outcome =
        read_answer(reader, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + body, 1000);
    EXPECT_TRUE(outcome.end);
    EXPECT_EQ(outcome.content, body);
    EXPECT_TRUE(reader.begun());
    EXPECT_TRUE(reader.leaves_connection_usable());
  }
}

TEST(AnswerReader, U24_a_storm_of_informational_answers_is_an_error) {
  std::string storm;
  for (int i = 0; i < limits::informational_answers_max; ++i) storm += "HTTP/1.1 102 X\r\n\r\n";
  EXPECT_TRUE(read_answer(storm + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").end);
  const auto outcome = read_answer(storm + "HTTP/1.1 102 X\r\n\r\n");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, Errc::upstream_invalid);
  EXPECT_THAT(outcome.error->message, HasSubstr("informational"));
}

TEST(AnswerReader, U24_two_framings_and_no_HTTP_are_errors) {
  for (const auto* const bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    const auto outcome = read_answer(bytes);
    ASSERT_TRUE(outcome.error) << bytes;
    EXPECT_EQ(outcome.error->code, Errc::upstream_invalid) << bytes;
  }
}

TEST(AnswerReader, U25_bytes_behind_the_answer_make_its_connection_unusable) {
  AnswerReader reader;
  reader.begin(false);
  const auto outcome =
      read_answer(reader, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1", 1000);
  EXPECT_TRUE(outcome.end);
  EXPECT_EQ(outcome.content, "ok");
  EXPECT_FALSE(reader.leaves_connection_usable());
}

TEST(AnswerReader, a_connection_that_the_peer_closes_is_not_usable) {
  for (const auto* const head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    AnswerReader reader;
    reader.begin(false);
    EXPECT_TRUE(read_answer(reader, head, 1000).end);
    EXPECT_FALSE(reader.leaves_connection_usable()) << head;
  }
}

TEST(AnswerReader, U07_truncation_is_an_error) {
  for (const std::string_view bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Len",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    const auto outcome = read_answer(bytes, true);
    ASSERT_TRUE(outcome.error) << bytes;
    EXPECT_EQ(outcome.error->code, Errc::connection_lost);
    EXPECT_FALSE(outcome.end);
  }
}

TEST(AnswerReader, without_length_the_answer_ends_with_the_connection) {
  AnswerReader reader;
  reader.begin(false);
  const auto outcome = read_answer(reader, "HTTP/1.1 200 OK\r\n\r\nall of it", 7, true);
  EXPECT_TRUE(outcome.end);
  EXPECT_EQ(outcome.content, "all of it");
  EXPECT_FALSE(reader.leaves_connection_usable());
}

TEST(AnswerReader, answers_without_body_end_with_their_head) {
  EXPECT_TRUE(read_answer("HTTP/1.1 204 No Content\r\n\r\n").end);
  EXPECT_TRUE(read_answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").end);
  EXPECT_TRUE(read_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, true).end);
}

TEST(AnswerReader, U22_gzip_that_nobody_asked_for_is_decoded) {
  const std::string text(5000, 'x');
  for (const auto* const coding : {"gzip", "GZIP", "x-gzip"}) {
    for (const std::size_t piece : {1, 7, 10000}) {
      AnswerReader reader;
      reader.begin(false);
      const auto outcome = read_answer(reader, coded_answer(coding, gzipped(text)), piece);
      EXPECT_TRUE(outcome.end);
      EXPECT_EQ(outcome.content, text);
      EXPECT_TRUE(reader.leaves_connection_usable());
    }
  }
  EXPECT_TRUE(read_answer(coded_answer("gzip", "")).end);
}

TEST(AnswerReader, U22_other_codings_and_broken_gzip_are_errors) {
  const std::string whole = gzipped("some text that is long enough to be cut");
  for (const auto& bytes :
       {coded_answer("br", "x"), coded_answer("gzip, gzip", "x"), coded_answer("gzip", "text"),
        coded_answer("gzip", whole.substr(0, whole.size() - 4))}) {
    const auto outcome = read_answer(bytes);
    ASSERT_TRUE(outcome.error) << bytes;
    EXPECT_EQ(outcome.error->code, Errc::upstream_invalid);
    EXPECT_FALSE(outcome.end);
  }
}

}  // namespace
}  // namespace tollway::net
