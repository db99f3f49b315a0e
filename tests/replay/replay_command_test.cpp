#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>

#include "recording/format.hpp"
#include "support/gateway_process.hpp"
#include "support/replay_process.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;

// Recordings of a test's own: GET <path> is answered with what `response` holds beside its status.
std::string recording_of(std::string_view path, std::string_view response) {
  return fmt::format(
      R"({{"id":"x","request":{{"method":"GET","path":"{}","body":null}},
          "response":{{"status":200,{}}}}})",
      path, response);
}

class Replay : public testing::Test {
 protected:
  void SetUp() override {
    files_.write("whole.json", recording_of("/whole", R"("headers":{"content-type":"text/x",
      "Content-Encoding":"gzip","content-length":"9","transfer-encoding":"chunked",
      "connection":"close","x-kept":"yes","x-bad\n":"no"},"body":"abcdefg")"));
    files_.write("stream.json", recording_of("/stream", R"(
      "headers":{"content-type":"text/event-stream"},
      "chunks":[{"delay_ms":0,"data":"ab"},{"delay_ms":150,"data":"cde"}])"));
    files_.write("cut.json", recording_of("/cut", R"("headers":{},"cut":true,
      "chunks":[{"delay_ms":0,"data":"ab"}])"));
    files_.write("slow.json", recording_of("/slow", R"("headers":{},
      "chunks":[{"delay_ms":0,"data":"first"},{"delay_ms":3000000,"data":"last"}])"));
  }

  // What comes after the head, framing included.
  [[nodiscard]] static std::string framed_body(std::uint16_t port, std::string_view target) {
    RawClient client(port);
    client.send(request("GET", target, {}, {{"Connection", "close"}}));
    std::string all;
    while (client.wire().receive(all) == Got::bytes) continue;
    return all.substr(all.find("\r\n\r\n") + 4);
  }

  TemporaryDirectory files_;
};

TEST_F(Replay, answers_whole_bodies_whole_without_the_recorded_connections_headers) {
  const ReplayProcess replay(files_.path());
  const Answer answer = replay.ask("GET", "/whole");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "abcdefg");
  EXPECT_EQ(answer.headers.find("content-type"), "text/x");
  EXPECT_EQ(answer.headers.find("content-length"), "7");
  EXPECT_EQ(answer.headers.find("x-kept"), "yes");
  EXPECT_EQ(answer.headers.count("content-type"), 1U);
  for (const char* name : {"content-encoding", "transfer-encoding", "connection", "x-bad"}) {
    EXPECT_FALSE(answer.headers.has(name)) << name;
  }
  EXPECT_EQ(replay.ask("HEAD", "/whole").headers.find("content-length"), "7");
}

TEST_F(Replay, writes_streams_read_by_read_after_their_delays) {
  const ReplayProcess replay(files_.path());
  const Stopwatch stopwatch;
  EXPECT_EQ(framed_body(replay.port(), "/stream"), "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
  EXPECT_GE(stopwatch.elapsed(), 150ms);
}

TEST_F(Replay, splits_content_and_leaves_out_delays) {
  const ReplayProcess replay(files_.path(), {"--speed", "max", "--split", "3"});
  EXPECT_EQ(framed_body(replay.port(), "/stream"), "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(framed_body(replay.port(), "/whole"), "3\r\nabc\r\n3\r\ndef\r\n1\r\ng\r\n0\r\n\r\n");
  EXPECT_EQ(replay.ask("GET", "/slow").body, "firstlast");
}

TEST_F(Replay, breaks_off_where_the_recording_was_cut) {
  const ReplayProcess replay(files_.path());
  const Answer answer = replay.ask("GET", "/cut");
  EXPECT_EQ(answer.body, "ab");
  EXPECT_FALSE(answer.complete);
}

TEST_F(Replay, explains_what_it_cannot_answer) {
  const ReplayProcess replay(files_.path());
  const Answer answer = replay.ask("GET", "/whole", R"({"a":1})");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(at(answer.body_json(), "/error/code"), 404);
  EXPECT_EQ(at(answer.body_json(), "/error/message"),
            "no recording matches GET /whole; nearest is whole.json, first difference at the root: "
            "expected null, came {\"a\":1}");
  EXPECT_EQ(at(answer.body_json(), "/error/metadata/error_type"), "not_found");
}

TEST_F(Replay, ends_at_sigterm_with_a_stream_under_way) {
  ReplayProcess replay(files_.path());
  RawClient client(replay.port());
  client.send(request("GET", "/slow"));
  Answer answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, "first"));
  replay.process().signal(SIGTERM);
  EXPECT_EQ(replay.process().wait_for_exit(), 0);
}

TEST_F(Replay, prints_what_it_serves) {
  const ReplayProcess replay(files_.path());
  EXPECT_TRUE(wait_until(
      [&] { return replay.standard_output().find("   1 GET /whole\n") != std::string::npos; }));
  EXPECT_TRUE(replay.standard_output().starts_with("replaying 4 recordings of "));
}

TEST_F(Replay, refuses_to_start_with_a_reason) {
  const auto directory = files_.path().string();
  Finished finished = run_tollway({"replay", "--recordings", directory + "/none"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("cannot read the recordings in"), std::string::npos) << finished.err;
  finished = run_tollway({"replay", "--recordings", directory, "--speed", "fast"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.err.find("came \"fast\""), std::string::npos) << finished.err;
  finished = run_tollway({"replay", "--recordings", directory, "--listen", "localhost"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.err.find("expected an address and a port"), std::string::npos);
  EXPECT_EQ(run_tollway({"replay"}).exit_code, 2);
}

TEST(ReplayOfRealRecordings, answers_every_request_as_recorded) {
  const fs::path directory = "../shared/recordings";
  if (!fs::exists(directory)) {
    GTEST_SKIP() << "lacks ../shared/recordings (run from the project's root)";
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);  // the order in which equal requests are answered
  for (const char* split : {"0", "7"}) {
    const ReplayProcess replay(directory, {"--speed", "max", "--split", split});
    RawClient client(replay.port());
    for (const fs::path& file : files) {
      const auto exchange = recording::parse_exchange(read_file(file));
      ASSERT_TRUE(exchange) << file;
      std::string recorded;
      for (const auto& chunk : exchange->chunks) recorded += chunk.data;
      client.send(request(exchange->method, exchange->path, exchange->request_body));
      const Answer answer = client.read_answer();
      EXPECT_EQ(answer.status, exchange->status) << file;
      EXPECT_TRUE(answer.complete) << file;
      EXPECT_EQ(answer.body, recorded) << file;
    }
  }
}

}  // namespace
}  // namespace tollway::test
