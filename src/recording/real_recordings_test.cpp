// The index, the scrubber and the format against the team's real recordings, where they are.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "recording/format.hpp"
#include "recording/index.hpp"
#include "recording/json_difference.hpp"
#include "recording/json_text.hpp"
#include "recording/scrub.hpp"

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;

class RealRecordings : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(directory))
      GTEST_SKIP() << "lacks ../shared/recordings (run from the project's root)";
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.path().extension() == ".json") files_.push_back(entry.path());
    }
  }
  static std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  inline static const fs::path directory = "../shared/recordings";
  std::vector<fs::path> files_;
};

TEST_F(RealRecordings, each_is_found_by_its_own_request) {
  auto index = Index::load(directory);
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->size(), files_.size());
  for (const fs::path& file : files_) {
    const auto exchange = parse_exchange(text_of(file));
    ASSERT_TRUE(exchange);
    const auto found = index->find(exchange->method, exchange->path, exchange->request_body);
    EXPECT_NE(found.exchange, nullptr) << file << found.explanation;
  }
}

TEST_F(RealRecordings, are_written_as_they_were_read) {
  for (const fs::path& file : files_) {
    const std::string text = text_of(file);
    const auto exchange = parse_exchange(text);
    ASSERT_TRUE(exchange) << file;
    const auto found = difference(*parse_json(text), *parse_json(to_text(*exchange)));
    EXPECT_EQ(found.count, 0U) << file << found.pointer << ' ' << found.expected << ' '
                               << found.came;
  }
}

TEST_F(RealRecordings, hold_nothing_that_the_scrubber_takes_for_a_key) {
  for (const fs::path& file : files_) {
    const std::string text = text_of(file);
    std::string scrubbed = text;
    scrub(scrubbed);
    EXPECT_EQ(scrubbed, text) << file;
  }
}

TEST_F(RealRecordings, count_delays_from_the_chunk_before) {
  // Delays since the beginning would never fall.
  bool fell = false;
  for (const fs::path& file : files_) {
    const auto exchange = parse_exchange(text_of(file));
    ASSERT_TRUE(exchange);
    if (!exchange->streamed) continue;
    EXPECT_EQ(exchange->chunks.front().delay.count(), 0) << file;
    for (std::size_t i = 1; i < exchange->chunks.size(); ++i) {
      fell = fell || exchange->chunks[i].delay < exchange->chunks[i - 1].delay;
    }
  }
  EXPECT_TRUE(fell);
}

}  // namespace
}  // namespace tollway::recording
