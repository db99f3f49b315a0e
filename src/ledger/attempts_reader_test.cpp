#include "ledger/attempts_reader.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

constexpr AttemptsRange everything{.from_ms = 0,
                                   .until_ms = std::numeric_limits<std::int64_t>::max()};

void append(const std::string& database, std::uint64_t from, std::uint64_t count) {
  auto store = Store::open({.path = database});
  ASSERT_TRUE(store);
  std::vector<AttemptRecord> batch;
  for (std::uint64_t i = from; i < from + count; ++i) batch.push_back(settled_record(i));
  ASSERT_TRUE((*store)->append({.settled = batch, .open = {}}));
}

std::vector<std::int64_t> numbers(AttemptsReader& reader) {
  std::vector<std::int64_t> found;
  for (;;) {
    const auto more = reader.next([&](std::int64_t seq, const AttemptRecord& record) {
      EXPECT_EQ(record.model, "openai/gpt-4o");
      EXPECT_EQ(record.upstream_id, "gen-1790000000-abcdefghijklmnopqrst");
      found.push_back(seq);
    });
    EXPECT_TRUE(more) << more.error().message;
    if (!more || !*more) return found;
  }
}

TEST(AttemptsReaderTest, ShowsEachOnceAndEndsWithWhatWasThere) {
  const Directory directory;
  append(directory.database(), 1, 5000);
  auto reader = AttemptsReader::open(directory.database(), everything);
  ASSERT_TRUE(reader) << reader.error().message;
  append(directory.database(), 5001, 10);
  const auto found = numbers(**reader);
  ASSERT_EQ(found.size(), 5000U);
  EXPECT_EQ(found.front(), 1);
  EXPECT_EQ(found.back(), 5000);
}

TEST(AttemptsReaderTest, ShowsThoseOfTheRange) {
  const Directory directory;
  append(directory.database(), 1, 100);
  auto reader = AttemptsReader::open(directory.database(),
                                     {.from_ms = a_moment_ms + 10, .until_ms = a_moment_ms + 20});
  ASSERT_TRUE(reader);
  const auto found = numbers(**reader);
  ASSERT_EQ(found.size(), 10U);
  EXPECT_EQ(found.front(), 10);
}

TEST(AttemptsReaderTest, BeginsAfterWhatWasRetired) {
  const Directory directory;
  append(directory.database(), 1, 10);
  append(directory.database(), 11, 10);
  auto store = Store::open({.path = directory.database()});
  ASSERT_TRUE(store);
  ASSERT_EQ(*(*store)->retire(
                std::chrono::system_clock::time_point(std::chrono::milliseconds(a_moment_ms + 15))),
            10U);
  auto reader = AttemptsReader::open(directory.database(), everything);
  ASSERT_TRUE(reader);
  EXPECT_EQ(numbers(**reader).size(), 10U);
  const auto checked = verify(directory.database());
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->retired_until, 10);
  EXPECT_TRUE(checked->problems.empty());
}

TEST(AttemptsReaderTest, WithoutADatabaseThereIsAnError) {
  const Directory directory;
  EXPECT_FALSE(AttemptsReader::open(directory.database(), everything));
  EXPECT_FALSE(verify(directory.database()));
  EXPECT_FALSE(std::filesystem::exists(directory.database()));
}

}  // namespace
}  // namespace tollway::ledger
