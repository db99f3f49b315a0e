#include "recording/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "recording/format.hpp"
#include "recording/index.hpp"

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

Exchange observed() {
  Exchange exchange;
  exchange.id = "req-01/..";
  exchange.recorded_at = to_timestamp(std::chrono::system_clock::time_point(milliseconds(5)));
  exchange.method = "POST";
  exchange.path = "/v1/x?key=hush";
  exchange.request_body = R"({"model":"m","api_key":"hush"})";
  exchange.headers = {{"Content-Type", "text/event-stream"},
                      {"Set-Cookie", "session=hush"},
                      {"X-Request-Id", "r1"},
                      {"X-Api-Key", "hush"},
                      {"Transfer-Encoding", "chunked"},
                      {"OpenAI-Organization", "us"},
                      {"Retry-After", "3"}};
  exchange.streamed = true;
  exchange.chunks = {{milliseconds(3), "data: sk-01234567"}, {milliseconds(40), "89abcdef\n\n"}};
  return exchange;
}

class Writer : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) / ("writer_test_" + std::to_string(getpid()));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  fs::path directory_;
};

TEST_F(Writer, keeps_neither_keys_nor_cookies) {
  const Exchange kept = fit_to_keep(observed());
  EXPECT_EQ(to_text(kept).find("hush"), std::string::npos) << to_text(kept);
  EXPECT_EQ(kept.chunks[0].data, "data: sk-xxxxxxxx");
  EXPECT_EQ(kept.chunks[1].data, "xxxxxxxx\n\n");
  EXPECT_THAT(kept.headers, testing::ElementsAre(testing::Pair("content-type", "text/event-stream"),
                                                 testing::Pair("x-request-id", "r1"),
                                                 testing::Pair("retry-after", "3")));
}

TEST_F(Writer, writes_what_the_index_finds_for_the_same_request) {
  const auto file = write_exchange(directory_, fit_to_keep(observed()));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->filename(), "19700101T000000005Z-req-01___.json");
  EXPECT_EQ(fs::status(*file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 1)
      << "no temporary file is left";

  auto index = Index::load(directory_);
  ASSERT_TRUE(index) << index.error().message;
  const auto found = index->find("POST", "/v1/x?key=hush", R"({"api_key":"hush","model":"m"})");
  ASSERT_NE(found.exchange, nullptr) << found.explanation;
  EXPECT_EQ(found.exchange->chunks[1].delay, milliseconds(40));
}

TEST_F(Writer, says_where_it_could_not_write) {
  const auto file = write_exchange(directory_ / "missing", observed());
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("No such file"), std::string::npos) << file.error().message;
}

}  // namespace
}  // namespace tollway::recording
