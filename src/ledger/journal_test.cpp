#include "ledger/journal.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

std::unique_ptr<Ledger> open_ledger(Ledger::Options options) {
  options.move_every = 5ms;
  auto ledger = Ledger::open(std::move(options));
  EXPECT_TRUE(ledger) << (ledger ? "" : ledger.error().message);
  return ledger ? std::move(*ledger) : nullptr;
}

void spend(Journal& journal, std::uint64_t from, std::uint64_t count) {
  for (std::uint64_t i = from; i < from + count; ++i) {
    const auto record = settled_record(i);
    const auto begun = journal.begin(record);
    ASSERT_TRUE(begun) << begun.error().message;
    journal.settle(record);
  }
}

std::size_t files_in(const Directory& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path() + "/journal")) {
    if (entry.path().extension() == ".journal") ++count;
  }
  return count;
}

// A disk whose operations fail when they are told to.
class Disk : public FileOperations {
 public:
  int create(const std::string& path, std::size_t size, int& file) override {
    ++creations;
    return fail_create != 0 ? fail_create.load() : FileOperations::create(path, size, file);
  }
  int sync(int file) override {
    ++syncs;
    return fail_sync != 0 ? fail_sync.load() : FileOperations::sync(file);
  }
  std::atomic<int> fail_create = 0, fail_sync = 0, creations = 0, syncs = 0;
};

TEST(Journal, WhatIsSettledIsInTheDatabaseAndTheFilesGo) {
  const Directory directory;
  {
    const auto ledger = open_ledger({.directory = directory.path()});
    const auto one = ledger->make_journal();
    const auto other = ledger->make_journal();
    spend(*one, 0, 10'000);
    spend(*other, 10'000, 10'000);
    ASSERT_TRUE(ledger->flush());
    EXPECT_LE(files_in(directory), 4);
  }
  EXPECT_EQ(files_in(directory), 0);
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, 20'000);
  EXPECT_EQ(check.requests, 20'000);
}

TEST(Journal, AttemptsThatOutliveTheirFileAreSettledOnce) {
  const Directory directory;
  {
    const auto ledger = open_ledger({.directory = directory.path(), .segment_bytes = 16 * 1024});
    const auto journal = ledger->make_journal();
    ASSERT_TRUE(journal->begin(settled_record(1)));
    spend(*journal, 2, 1000);
    ASSERT_TRUE(ledger->flush());
    EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM open_attempts"), 1);
    journal->settle(settled_record(1));
    ASSERT_TRUE(ledger->flush());
    EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM open_attempts"), 0);
  }
  EXPECT_EQ(verified(directory.database()).attempts, 1001);
}

TEST(Journal, ASecondProcessIsRefused) {
  const Directory directory;
  const auto ledger = open_ledger({.directory = directory.path()});
  const auto second = Ledger::open({.directory = directory.path(), .predecessor_patience = 1ms});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another tollway uses"));
}

TEST(Journal, P03_without_room_nothing_begins_what_began_is_settled_and_it_recovers) {
  const Directory directory;
  Disk disk;
  std::uint64_t number = 0;
  {
    const auto ledger =
        open_ledger({.directory = directory.path(), .segment_bytes = 16 * 1024, .files = &disk});
    const auto journal = ledger->make_journal();
    ASSERT_TRUE(journal->begin(settled_record(number++)));
    disk.fail_create = ENOSPC;
    Result<> begun;
    while ((begun = journal->begin(settled_record(number)))) ++number;
    EXPECT_GT(number, 2);
    EXPECT_EQ(begun.error().code, Errc::overloaded);
    EXPECT_EQ(begun.error().message,
              "cannot make room for the journal: No space left on device; nothing that costs "
              "money is served until there is room");
    // The disk is not asked again for every request.
    const int asked = disk.creations;
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(journal->begin(settled_record(number)));
    EXPECT_LE(disk.creations - asked, 2);
    for (std::uint64_t i = 0; i < number; ++i) journal->settle(settled_record(i));
    disk.fail_create = 0;
    ASSERT_TRUE(wait_until([&] { return journal->begin(settled_record(number)).has_value(); }));
    journal->settle(settled_record(number++));
    ASSERT_TRUE(ledger->flush());
  }
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, number);
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM attempts WHERE flags & 64"), 0);
}

TEST(Journal, P04_after_a_failed_fsync_there_is_no_second_one_and_nothing_begins) {
  const Directory directory;
  Disk disk;
  disk.fail_sync = EIO;
  const auto ledger = open_ledger(
      {.directory = directory.path(), .sync = Sync::second, .sync_every = 1ms, .files = &disk});
  const auto journal = ledger->make_journal();
  ASSERT_TRUE(journal->begin(settled_record(1)));
  ASSERT_TRUE(wait_until([&] { return ledger->health().stopped(); }));
  disk.fail_sync = 0;
  journal->settle(settled_record(1));
  const auto begun = journal->begin(settled_record(2));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, Errc::overloaded);
  EXPECT_THAT(begun.error().message, HasSubstr("Input/output error"));
  EXPECT_THAT(begun.error().message, HasSubstr("until Tollway is restarted"));
  EXPECT_FALSE(ledger->flush());
  EXPECT_EQ(disk.syncs, 1);
}

TEST(Journal, P05_a_locked_database_lets_a_bounded_backlog_wait_and_then_refuses) {
  const Directory directory;
  constexpr std::size_t backlog_max = 200'000;
  std::uint64_t number = 0;
  {
    const auto ledger = open_ledger({.directory = directory.path(),
                                     .backlog_bytes_max = backlog_max,
                                     .segment_bytes = 16 * 1024,
                                     .lock_patience = 1ms});
    const auto journal = ledger->make_journal();
    SQLite::Database other(directory.database(), SQLite::OPEN_READWRITE, 1000);
    other.exec("BEGIN IMMEDIATE");
    Result<> begun;
    while ((begun = journal->begin(settled_record(number))))
      journal->settle(settled_record(number++));
    EXPECT_EQ(begun.error().code, Errc::overloaded);
    EXPECT_THAT(begun.error().message, HasSubstr("bytes behind"));
    EXPECT_GT(ledger->health().backlog_bytes(), backlog_max);
    EXPECT_LT(ledger->health().backlog_bytes(), backlog_max + 2 * record_bytes_max);
    EXPECT_FALSE(ledger->flush());
    other.exec("COMMIT");
    ASSERT_TRUE(wait_until([&] { return ledger->flush().has_value(); }));
    spend(*journal, number, 10);
  }
  EXPECT_EQ(verified(directory.database()).attempts, number + 10);
}

// As much as waits by default: longest records, so that it takes seconds and no minutes.
TEST(Journal, P05_a_backlog_of_its_full_size_waits_and_is_then_moved) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "lacks the time: a sanitizer makes minutes of it";
#endif
  const Directory directory;
  const std::string long_text(limits::ledger_text_bytes_max, 'x');
  const auto record_of = [&](std::uint64_t number) {
    AttemptRecord record = settled_record(number);
    record.key = record.provider = record.model = record.served_model = long_text;
    record.served_by = record.outcome = record.finish_reason = long_text;
    return record;
  };
  std::uint64_t number = 0;
  {
    const auto ledger = open_ledger({.directory = directory.path(), .lock_patience = 1ms});
    const auto journal = ledger->make_journal();
    {
      SQLite::Database other(directory.database(), SQLite::OPEN_READWRITE, 1000);
      other.exec("BEGIN IMMEDIATE");
      for (auto record = record_of(0); journal->begin(record); record = record_of(number)) {
        journal->settle(record);
        ++number;
      }
      EXPECT_GT(ledger->health().backlog_bytes(), limits::ledger_backlog_bytes_max);
      EXPECT_LT(ledger->health().backlog_bytes(),
                limits::ledger_backlog_bytes_max + 2 * record_bytes_max);
    }
    ASSERT_TRUE(wait_until([&] { return ledger->flush().has_value(); }));
    EXPECT_EQ(ledger->health().backlog_bytes(), 0U);
    spend(*journal, number, 10);
  }
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM attempts"),
            static_cast<std::int64_t>(number) + 10);
}

TEST(Journal, P05_what_came_while_a_batch_was_held_over_is_moved_with_it) {
  const Directory directory;
  const auto ledger = open_ledger({.directory = directory.path(), .lock_patience = 1ms});
  const auto journal = ledger->make_journal();
  {
    SQLite::Database other(directory.database(), SQLite::OPEN_READWRITE, 1000);
    other.exec("BEGIN IMMEDIATE");
    spend(*journal, 0, 10);
    EXPECT_FALSE(ledger->flush());
    spend(*journal, 10, 10);
    other.exec("COMMIT");
  }
  ASSERT_TRUE(ledger->flush());
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM attempts"), 20);
}

// What kill -9 leaves of a record that was being written.
TEST(Journal, ATornTailIsCutAtTheLastWholeRecord) {
  const Directory directory;
  std::filesystem::create_directory(directory.path() + "/journal");
  Health health(1'000'000);
  SegmentQueue queue;
  Journal journal({.directory = directory.path() + "/journal", .run = 1}, health, queue);
  spend(journal, 0, 10);
  const auto segment = queue.all().front();
  const std::size_t end = segment->committed().size();
  {
    std::fstream file(segment->path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(end));
    std::array<char, record_bytes_max> bytes;
    const auto size = write_record(Kind::settled, settled_record(99), bytes.data());
    file.write(bytes.data(), static_cast<std::streamsize>(size / 2));
  }
  {
    const auto ledger = open_ledger({.directory = directory.path()});
  }
  EXPECT_EQ(verified(directory.database()).attempts, 10);
  EXPECT_FALSE(std::filesystem::exists(segment->path()));
}

TEST(Journal, AFileThatIsDamagedInItsMiddleGivesWhatIsWholeAndIsKept) {
  const Directory directory;
  std::filesystem::create_directory(directory.path() + "/journal");
  Health health(1'000'000);
  SegmentQueue queue;
  Journal journal({.directory = directory.path() + "/journal", .run = 1}, health, queue);
  spend(journal, 0, 10);
  const auto segment = queue.all().front();
  {
    std::fstream file(segment->path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(segment->committed().size() / 2));
    file.write("broken", 6);
  }
  {
    const auto ledger = open_ledger({.directory = directory.path()});
  }
  // The broken record is a settled or a begun one; either way its attempt is there.
  EXPECT_EQ(verified(directory.database()).attempts, 10);
  EXPECT_TRUE(std::filesystem::exists(segment->path() + ".damaged"));
}

}  // namespace
}  // namespace tollway::ledger
