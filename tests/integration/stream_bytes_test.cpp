// Streams that are right, but arrive cut and coloured in every way, and one line that never ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

class StreamBytes : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(U, StreamBytes, testing::ValuesIn(all_dialects()), dialect_name);

std::string with_line_ends(std::string_view stream, std::string_view line_end) {
  std::string made;
  for (const char c : stream) {
    if (c == '\n') {
      made += line_end;
    } else {
      made += c;
    }
  }
  return made;
}

TEST_P(StreamBytes, U16_line_ends_comments_and_a_byte_order_mark) {
  const auto plain = dialect().whole_stream();
  const std::vector<std::string> streams = {
      with_line_ends(plain, "\r\n"),
      with_line_ends(plain, "\r"),
      "\xEF\xBB\xBF" + plain,
      "\xEF\xBB\xBF" + with_line_ends(plain, "\r\n"),
      ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + plain,
      ":\n\n:no space\r\r: two\n: lines\r\n\r\n" + plain,
      "retry: 100\nid: 1\n" + plain,
      "\n\n\n" + plain,
  };
  std::atomic<std::size_t> next = 0;
  FaultUpstream upstream(
      FaultUpstream::answering([&](const Request&) { return sse_answer(streams[next++]); }));
  Gateway gateway(upstream);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const auto answer = gateway.post(dialect().path(), dialect().body(true));
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(split_stream(answer.body).items, split_stream(streams[i]).items) << "stream " << i;
    EXPECT_EQ(gateway.record(i).outcome(), "ok");
  }
}

TEST(StreamBytes, U16_data_in_several_lines) {
  const std::string split_data =
      "data: {\"id\":\"gen-1-test\",\ndata: \"object\":\"chat.completion.chunk\",\r\n"
      "data: \"choices\":[{\"index\":0,\"delta\":{},\rdata:\"finish_reason\":\"stop\"}]}\n\n";
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(split_data)));
  Gateway gateway(upstream);
  const auto answer = gateway.post("/api/v1/chat/completions", chat_dialect().body(true));
  const auto sent = split_stream(split_data + "data: [DONE]\n\n");
  EXPECT_EQ(split_stream(answer.body).items, sent.items) << "the end was seen, [DONE] was added";
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

// In two pieces, at every byte. The pause lets the gateway read the first piece by itself.
TEST_P(StreamBytes, U17_cut_at_every_byte) {
  const auto stream = dialect().whole_stream();
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    for (std::size_t cut = 1; connection.read_request(); ++cut) {
      connection.send(sse_head() + chunk(stream.substr(0, cut)));
      connection.stall(1ms);
      connection.send((cut < stream.size() ? chunk(stream.substr(cut)) : "") + last_chunk());
    }
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  const auto bytes = gateway.request_bytes("POST", dialect().path(), dialect().body(true));
  for (std::size_t cut = 1; cut <= stream.size(); ++cut) {
    client.send(bytes);
    const auto answer = client.read_answer();
    ASSERT_EQ(answer.body, stream) << "cut at " << cut;
    ASSERT_TRUE(answer.complete);
  }
  EXPECT_EQ(upstream.connection_count(), 1);
}

TEST_P(StreamBytes, U17_byte_by_byte) {
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head());
    for (const char& byte : dialect().whole_stream()) {
      connection.send(chunk({&byte, 1}));
    }
    connection.send_split(last_chunk(), 1);
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  EXPECT_EQ(answer.body, dialect().whole_stream());
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

TEST_P(StreamBytes, U18_utf8_cut_inside_characters) {
  const auto stream = dialect().whole_stream();
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head());
    std::size_t begin = 0;
    for (std::size_t at = 1; at < stream.size(); ++at) {
      const bool inside_a_character = (static_cast<unsigned char>(stream[at]) & 0xC0U) == 0x80U;
      if (!inside_a_character) continue;
      connection.send(chunk(stream.substr(begin, at - begin)));
      connection.stall(2ms);
      begin = at;
    }
    connection.send(chunk(stream.substr(begin)) + last_chunk());
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  EXPECT_EQ(answer.body, stream);
  EXPECT_EQ(answer.body.find("\xEF\xBF\xBD"), std::string::npos) << "U+FFFD";
}

TEST_P(StreamBytes, U19_a_line_of_64_mib) {
  constexpr std::size_t line_bytes = 64U << 20U;
  std::atomic<std::size_t> taken = 0;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.send(fmt::format("{:x}\r\ndata: ", line_bytes));
    const std::string piece(1 << 20, 'x');
    while (taken < line_bytes && connection.send(piece)) taken += piece.size();
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(true));
  EXPECT_TRUE(answer.body.starts_with(dialect().begun_stream()));
  EXPECT_LT(answer.body.size(), 1U << 20U) << "an unfinished event was passed on";
  expect_error_event(dialect(), answer);
  EXPECT_LT(gateway.memory_growth_kb(), 60 * 1024);
  EXPECT_TRUE(upstream.wait_for_hangup());
  EXPECT_LT(taken, line_bytes);
  EXPECT_EQ(gateway.only_record().outcome(), "upstream_too_large");
}

}  // namespace
}  // namespace tollway::test
