#include "recording/recorder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "recording/index.hpp"

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::milliseconds;

class RecorderTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) / ("recorder_test_" + std::to_string(getpid()));
    recorder_ = Recorder::create(directory_ / "new").value();
  }
  void TearDown() override { fs::remove_all(directory_); }

  // What is on disk once the recorder has ended.
  Index written() {
    recorder_.reset();
    return Index::load(directory_ / "new").value();
  }
  Recording begin(std::string_view id = "req-1") {
    return recorder_->begin(
        {.id = id, .method = "POST", .path = "/v1/x", .body = R"({"a":1,"api_key":"hush"})"});
  }

  fs::path directory_;
  std::unique_ptr<Recorder> recorder_;
};

constexpr std::string_view asked = R"({"api_key":"hush","a":1})";

TEST_F(RecorderTest, records_a_stream_with_its_times) {
  const auto start = Recording::Clock::now();
  Recording recording = begin();
  EXPECT_TRUE(recording);
  recording.head(200, start);
  recording.header("Content-Type", "text/event-stream");
  recording.header("Set-Cookie", "hush");
  recording.bytes("data: 1\n", start + microseconds(400));
  recording.bytes("\n", start + microseconds(1100));
  recording.bytes("data: 2\n\n", start + milliseconds(41));
  recording.end();
  recording.bytes("late", start);

  Index index = written();
  const auto found = index.find("POST", "/v1/x", asked);
  ASSERT_NE(found.exchange, nullptr) << found.explanation;
  const Exchange& kept = *found.exchange;
  EXPECT_EQ(kept.headers.size(), 1U);
  EXPECT_FALSE(kept.cut);
  ASSERT_EQ(kept.chunks.size(), 3U);
  EXPECT_EQ(kept.chunks[0].delay, milliseconds(0));
  EXPECT_EQ(kept.chunks[1].delay, milliseconds(1));
  EXPECT_EQ(kept.chunks[2].delay, milliseconds(40));
  EXPECT_EQ(kept.chunks[2].data, "data: 2\n\n");
}

TEST_F(RecorderTest, joins_the_reads_of_a_whole_answer) {
  Recording recording = begin();
  recording.head(429);
  recording.header("content-type", "application/json");
  recording.bytes("{\"a\"");
  recording.bytes(":1}");
  recording.end();
  Index index = written();
  const auto found = index.find("POST", "/v1/x", asked);
  ASSERT_NE(found.exchange, nullptr);
  EXPECT_EQ(found.exchange->status, 429);
  EXPECT_FALSE(found.exchange->streamed);
  EXPECT_EQ(found.exchange->chunks[0].data, "{\"a\":1}");
}

TEST_F(RecorderTest, keeps_a_broken_answer_as_cut_and_none_without_a_head) {
  {
    Recording broken = begin();
    broken.head(200);
    broken.header("Content-Type", "text/event-stream; charset=utf-8");
    broken.bytes("data: half");
    const Recording no_answer = begin("req-2");
  }
  Index index = written();
  EXPECT_EQ(index.size(), 1U);
  EXPECT_TRUE(index.find("POST", "/v1/x", asked).exchange->cut);
}

TEST_F(RecorderTest, moves_and_records_nothing_by_default) {
  Recording nothing;
  EXPECT_FALSE(nothing);
  nothing.head(200);
  nothing.header("a", "b");
  nothing.bytes("c");
  nothing.end();
  nothing = begin();
  nothing.head(200);
  Recording moved = std::move(nothing);
  moved.end();
  EXPECT_EQ(written().size(), 1U);
}

TEST_F(RecorderTest, drops_what_is_too_large) {
  Recording recording = begin();
  recording.head(200);
  const std::string megabyte(1024 * 1024, 'x');
  for (std::size_t size = 0; size <= limits::recording_bytes_max; size += megabyte.size()) {
    recording.bytes(megabyte);
  }
  EXPECT_FALSE(recording);
  recording.end();
  EXPECT_EQ(written().size(), 0U);
}

TEST_F(RecorderTest, takes_recordings_from_many_threads) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < 25; ++j) {
        Recording recording = begin("req-" + std::to_string(i) + "-" + std::to_string(j));
        recording.head(200);
        recording.bytes("x");
        recording.end();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written().size(), 100U);
}

TEST_F(RecorderTest, makes_a_directory_for_its_owner_only) {
  EXPECT_EQ(fs::status(directory_ / "new").permissions(), fs::perms::owner_all);
}

TEST_F(RecorderTest, says_why_a_directory_cannot_be_used) {
  const auto recorder = Recorder::create("/dev/null/x");
  ASSERT_FALSE(recorder);
  EXPECT_EQ(recorder.error().message, "cannot record into /dev/null/x: Not a directory");
}

}  // namespace
}  // namespace tollway::recording
