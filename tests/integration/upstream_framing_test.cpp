// The upstream breaks HTTP itself, or compresses what nobody asked to be compressed.
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

std::string chat_body(bool stream = false) {
  return chat_dialect().body(stream);
}

std::string deflated(std::string_view plain, int flush, z_stream& state) {
  std::string out(deflateBound(&state, plain.size()) + 64, '\0');
  std::string input(plain);
  state.next_in = reinterpret_cast<Bytef*>(input.data());
  state.avail_in = static_cast<uInt>(input.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  deflate(&state, flush);
  out.resize(out.size() - state.avail_out);
  return out;
}

std::string gzipped(std::string_view plain) {
  z_stream state{};
  deflateInit2(&state, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  auto out = deflated(plain, Z_FINISH, state);
  deflateEnd(&state);
  return out;
}

// About 1 MiB that inflates to 1 GiB of blanks: a block is compressed once and repeated.
std::string gzip_bomb() {
  z_stream state{};
  deflateInit2(&state, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  const std::string blanks(1 << 20, ' ');
  auto out = deflated(blanks, Z_FULL_FLUSH, state);
  const auto block = deflated(blanks, Z_FULL_FLUSH, state);
  deflateEnd(&state);
  for (int i = 0; i < 1023; ++i) out += block;
  return out;
}

TEST(UpstreamFraming, U22_gzip_nobody_asked_for) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      const bool stream = request->body.find("\"stream\":true") != std::string::npos;
      const auto* const type = stream ? "text/event-stream" : "application/json";
      const auto body = gzipped(stream ? chat_dialect().whole_stream() : chat_dialect().json);
      connection.send_split(answer(200, type, body, {{"Content-Encoding", "gzip"}}), 7);
    }
  });
  Gateway gateway(upstream);
  const auto whole = gateway.post(chat_path, chat_body());
  EXPECT_EQ(whole.status, 200);
  EXPECT_FALSE(whole.headers.has("content-encoding"));
  EXPECT_EQ(whole.body_json(), parse_json(chat_dialect().json));
  const auto stream = gateway.post(chat_path, chat_body(true));
  EXPECT_EQ(stream.body, chat_dialect().whole_stream());
  EXPECT_EQ(gateway.record(0).outcome(), "ok");
  EXPECT_EQ(gateway.record(1).outcome(), "ok");
}

TEST(UpstreamFraming, U22_gzip_bomb) {
  const auto bomb = gzip_bomb();
  ASSERT_LT(bomb.size(), 2U << 20U);
  std::atomic<const char*> type = "application/json";
  FaultUpstream upstream(FaultUpstream::answering([&](const Request&) {
    return answer(200, type.load(), bomb, {{"Content-Encoding", "gzip"}});
  }));
  Gateway gateway(upstream);
  const auto whole = gateway.post(chat_path, chat_body());
  expect_error_answer(whole, 502, chat_path);
  type = "text/event-stream";
  const auto stream = gateway.post(chat_path, chat_body(true));
  if (stream.status == 200) {
    expect_error_event(chat_dialect(), stream);
  } else {
    expect_error_answer(stream, 502, chat_path);
  }
  EXPECT_LT(gateway.memory_growth_kb(), 48 * 1024);
  EXPECT_EQ(gateway.record(0).outcome(), "upstream_too_large");
  EXPECT_EQ(gateway.record(1).outcome(), "upstream_too_large");
}

TEST(UpstreamFraming, U22_truncated_and_broken_gzip) {
  const auto good = gzipped(chat_dialect().json);
  auto broken = good;
  broken[broken.size() / 2] = static_cast<char>(~broken[broken.size() / 2]);
  const std::vector<std::string> bodies = {good.substr(0, good.size() - 9), broken, "not gzip"};
  std::atomic<std::size_t> next = 0;
  FaultUpstream upstream(FaultUpstream::answering(
      [&](const Request&) { return json_answer(bodies[next++], {{"Content-Encoding", "gzip"}}); }));
  Gateway gateway(upstream);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    expect_error_answer(gateway.post(chat_path, chat_body()), 502, chat_path);
    EXPECT_EQ(gateway.record(i).outcome(), "upstream_invalid");
  }
}

struct BrokenHttp {
  std::string name;
  std::string bytes;
};
void PrintTo(const BrokenHttp& broken, std::ostream* out) {
  *out << broken.name;
}

std::vector<BrokenHttp> broken_answers() {
  const std::string json_type = "Content-Type: application/json\r\n";
  const auto& body = chat_dialect().json;
  std::string informational;
  for (int i = 0; i < 1000; ++i) informational += "HTTP/1.1 103 Early Hints\r\n\r\n";
  std::string many_headers;
  for (int i = 0; i < 20000; ++i) many_headers += fmt::format("X-{}: {:040}\r\n", i, i);
  return {
      {"length_with_chunked", "HTTP/1.1 200 OK\r\n" + json_type +
                                  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                  chunk(body) + last_chunk()},
      {"two_lengths",
       "HTTP/1.1 200 OK\r\n" + json_type +
           fmt::format("Content-Length: 2\r\nContent-Length: {}\r\n\r\n{}", body.size(), body)},
      {"overflowing_length",
       "HTTP/1.1 200 OK\r\n" + json_type + "Content-Length: 18446744073709551617\r\n\r\n" + body},
      {"signed_length", "HTTP/1.1 200 OK\r\n" + json_type +
                            fmt::format("Content-Length: +{}\r\n\r\n{}", body.size(), body)},
      {"overflowing_chunk", "HTTP/1.1 200 OK\r\n" + json_type +
                                "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\n" + body},
      {"unknown_coding", "HTTP/1.1 200 OK\r\n" + json_type +
                             "Transfer-Encoding: br, chunked\r\n\r\n" + chunk(body) + last_chunk()},
      {"informational_storm", informational + json_answer(body)},
      {"headers_of_a_megabyte", "HTTP/1.1 200 OK\r\n" + json_type + many_headers +
                                    fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body)},
      {"endless_header", "HTTP/1.1 200 OK\r\nX-Endless: " + std::string(2 << 20, 'x')},
      {"folded_header", "HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n" + json_type +
                            fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body)},
      {"not_http", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
      {"http_2", "HTTP/2 200 OK\r\n" + json_type +
                     fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body)},
      {"switching_protocols",
       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
       "Connection: upgrade\r\n\r\nanything"},
      {"control_character", "HTTP/1.1 200 OK\r\nX-A: a\x01z\r\n" + json_type +
                                fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body)},
  };
}

class BrokenUpstream : public testing::TestWithParam<BrokenHttp> {};
INSTANTIATE_TEST_SUITE_P(U, BrokenUpstream, testing::ValuesIn(broken_answers()),
                         [](const auto& info) { return info.param.name; });

TEST_P(BrokenUpstream, U24_closed_and_502) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(GetParam().bytes);
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream);
  expect_error_answer(gateway.post(chat_path, chat_body()), 502, chat_path);
  EXPECT_TRUE(upstream.wait_for_hangup()) << "the connection is kept";
  EXPECT_EQ(upstream.request_count(), 1);
  const auto record = gateway.only_record();
  EXPECT_TRUE(record.outcome() == "upstream_invalid" || record.outcome() == "upstream_too_large")
      << record.outcome();
}

TEST(UpstreamFraming, U25_bytes_behind_the_body) {
  Signal answered;
  Signal extra_sent;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    const auto whole = json_answer(chat_dialect().json);
    if (connection.index() == 0) {
      connection.send(whole + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsmuggl");
      connection.stall_until_hangup();
    } else if (connection.index() == 1) {
      connection.send(whole);
      connection.wait_for(answered);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsmuggl");
      extra_sent.set();
      connection.stall_until_hangup();
    } else {
      connection.send(whole);
    }
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  for (int i = 0; i < 3; ++i) {
    client.send(gateway.request_bytes("POST", chat_path, chat_body()));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body_json(), parse_json(chat_dialect().json));
    if (i == 1) {
      answered.set();
      EXPECT_TRUE(extra_sent.wait());
    }
  }
  EXPECT_EQ(upstream.connection_count(), 3) << "a connection with bytes behind a body was reused";
  EXPECT_EQ(upstream.request_count(), 3);
}

TEST(UpstreamFraming, U26_early_413) {
  const std::string error = R"({"error":{"code":413,"message":"too much"}})";
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request_head();
    connection.send(answer(413, "application/json", error, {{"Connection", "close"}}));
    connection.half_close();
    connection.stall_until_hangup();  // and never reads the body
  });
  Gateway gateway(upstream);
  auto body = chat_body();
  body.insert(body.size() - 1, fmt::format(R"(,"user":"{}")", std::string(24 << 20, 'x')));
  const auto answer = gateway.post(chat_path, body);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, error);
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "upstream_error");
  EXPECT_EQ(record.status(), 413);
}

}  // namespace
}  // namespace tollway::test
