#include "ledger/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "ledger/attempts_reader.hpp"
#include "ledger/ledger_test.hpp"
#include "ledger/open_to_read.hpp"

namespace tollway::ledger {

std::int64_t query(const std::string& database, const std::string& sql) {
  SQLite::Database handle(database, SQLite::OPEN_READONLY, 1000);
  return handle.execAndGet(sql).getInt64();
}

namespace {

using testing::HasSubstr;

constexpr std::int64_t absurd = 8'000'000'000'000'000'000;

std::unique_ptr<Store> open_store(const Directory& directory) {
  auto store = Store::open({.path = directory.database()});
  EXPECT_TRUE(store) << (store ? "" : store.error().message);
  return store ? std::move(*store) : nullptr;
}

std::vector<AttemptRecord> records(std::uint64_t from, std::uint64_t count) {
  std::vector<AttemptRecord> made;
  for (std::uint64_t i = 0; i < count; ++i) made.push_back(settled_record(from + i));
  return made;
}

void append(Store& store, const std::vector<AttemptRecord>& settled) {
  const auto appended = store.append({.settled = settled, .open = {}});
  ASSERT_TRUE(appended) << appended.error().message;
}

TEST(Store, M06_settling_twice_is_settling_once) {
  const Directory directory;
  const auto store = open_store(directory);
  const auto batch = records(1, 10);
  append(*store, batch);
  const auto again = store->append({.settled = batch, .open = {}});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rows, 0);
  EXPECT_EQ(again->known, 10);
  // Late, with another figure: the first stands.
  auto late = settled_record(3);
  late.billed = Money{999999};
  append(*store, {late, late});
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, 10);
  EXPECT_EQ(check.seals, 1);
  EXPECT_EQ(query(directory.database(), "SELECT sum(charged) FROM usage_days"), 15000);
}

TEST(Store, M10_requests_and_sums_are_those_of_their_attempts) {
  const Directory directory;
  const auto store = open_store(directory);
  for (std::uint64_t batch = 0; batch < 20; ++batch) {
    auto rows = records(batch * 100, 100);
    for (auto& row : rows) {
      const auto number = static_cast<std::uint64_t>(row.at_ms - a_moment_ms);
      row.at_ms += static_cast<std::int64_t>(number) * 60'000;
      if (number % 7 == 0) row.billed = row.computed = std::nullopt;
      if (number % 5 == 0) row.key = "other";
    }
    // A request of two attempts, of which the first brought nothing.
    auto first = rows[50];
    first.flags = failed;
    first.billed = first.computed = std::nullopt;
    rows[50].attempt = 2;
    rows.insert(rows.begin() + 50, first);
    append(*store, rows);
  }
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, 2020);
  EXPECT_EQ(check.requests, 2000);
  const auto& file = directory.database();
  const auto ledger = query(file, "SELECT sum(coalesce(billed, computed)) FROM attempts");
  EXPECT_EQ(query(file, "SELECT sum(cost) FROM requests"), ledger);
  EXPECT_EQ(query(file, "SELECT sum(charged) FROM usage_hours"), ledger);
  EXPECT_EQ(query(file, "SELECT sum(charged) FROM usage_days"), ledger);
  EXPECT_EQ(query(file, "SELECT sum(unknown) FROM usage_days"),
            query(file, "SELECT count(*) FROM attempts WHERE coalesce(billed, computed) IS NULL"));
}

// Of two that were under way at once the second may end first.
TEST(Store, M10_a_request_whose_first_attempt_was_the_last_counts_both) {
  const Directory directory;
  const auto store = open_store(directory);
  auto rows = records(0, 1);
  auto loser = rows[0];
  loser.attempt = 2;
  loser.flags = cancelled | counted;
  rows[0].flags |= hedged;
  append(*store, {loser, rows[0]});
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, 2);
  EXPECT_EQ(check.requests, 1);
  EXPECT_EQ(query(directory.database(), "SELECT attempts FROM requests"), 2);
  EXPECT_EQ(query(directory.database(), "SELECT cost FROM requests"), 3000);
}

TEST(Store, M12_rows_cannot_be_changed_and_the_chain_tells_who_did_it_all_the_same) {
  const Directory directory;
  append(*open_store(directory), records(1, 50));
  const std::string before = verified(directory.database()).head;
  SQLite::Database handle(directory.database(), SQLite::OPEN_READWRITE, 1000);
  for (const char* sql :
       {"UPDATE attempts SET billed = 0", "DELETE FROM attempts", "UPDATE requests SET cost = 0",
        "DELETE FROM requests", "UPDATE names SET text = 'x'", "DELETE FROM names",
        "UPDATE seals SET hash = x'00'", "DELETE FROM seals",
        "INSERT INTO retirements VALUES (1, 49, 0)",
        "REPLACE INTO attempts SELECT * FROM attempts WHERE seq = 20",
        "REPLACE INTO requests SELECT last_seq, 1, 0, 0 FROM requests",
        "REPLACE INTO names SELECT id, 'x' FROM names",
        "REPLACE INTO names SELECT 99, text FROM names",
        "REPLACE INTO seals SELECT number, 1, 50, 0, x'00', x'00' FROM seals"}) {
    EXPECT_THROW(handle.exec(sql), SQLite::Exception) << sql;
  }
  // Under a number of its own, another row for an attempt that is there.
  handle.exec("CREATE TEMP TABLE copy AS SELECT * FROM attempts WHERE seq = 20");
  handle.exec("UPDATE copy SET seq = 99, billed = 0");
  handle.exec("REPLACE INTO attempts SELECT * FROM copy");
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM attempts WHERE billed = 1500"), 50);
  EXPECT_EQ(verified(directory.database()).head, before);

  const std::string trigger =
      handle.execAndGet("SELECT sql FROM sqlite_schema WHERE name = 'attempts_stay'").getString();
  handle.exec("DROP TRIGGER attempts_stay");
  handle.exec("UPDATE attempts SET billed = 1 WHERE seq = 20");
  handle.exec(trigger);
  const auto opened = Store::open({.path = directory.database()});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("rows 1 to 50 are not what seal 1 was made of"));
  handle.exec("DROP TRIGGER attempts_stay");
  handle.exec("UPDATE attempts SET billed = 1500 WHERE seq = 20");
  handle.exec(trigger);
  EXPECT_EQ(verified(directory.database()).head, before);
}

TEST(Store, M12_a_trigger_that_is_gone_or_another_is_noticed) {
  for (const auto& [change, name] : {
           std::pair{"DROP TRIGGER attempts_are_new", "(attempts_are_new)"},
           std::pair{"DROP TRIGGER names_stay; CREATE TRIGGER names_stay BEFORE UPDATE ON names "
                     "BEGIN SELECT 1; END",
                     "(names_stay)"},
           std::pair{"CREATE TRIGGER cheaper AFTER INSERT ON requests BEGIN DELETE FROM "
                     "usage_days; END",
                     "(cheaper)"},
       }) {
    const Directory directory;
    const auto store = open_store(directory);
    append(*store, records(1, 5));
    SQLite::Database(directory.database(), SQLite::OPEN_READWRITE).exec(change);
    const auto opened = Store::open({.path = directory.database()});
    ASSERT_FALSE(opened) << change;
    EXPECT_THAT(opened.error().message, HasSubstr(name));
    const auto check = verify(directory.database());
    ASSERT_TRUE(check);
    EXPECT_THAT(check->problems, testing::ElementsAre(HasSubstr("changed the triggers")));
    EXPECT_TRUE(open_to_read(directory.database())) << "reports need no triggers";
  }
}

TEST(Store, RetiredDetailLeavesSumsAndAChainThatHolds) {
  const Directory directory;
  const auto store = open_store(directory);
  for (std::uint64_t day = 0; day < 10; ++day) {
    auto rows = records(day * 100, 100);
    for (auto& row : rows) row.at_ms += static_cast<std::int64_t>(day) * 86'400'000;
    append(*store, rows);
  }
  using std::chrono::milliseconds;
  const std::chrono::system_clock::time_point after_four_days{
      milliseconds(a_moment_ms + 4 * 86'400'000LL)};
  EXPECT_EQ(store->retire(after_four_days).value_or(0), 400);
  EXPECT_EQ(store->retire(after_four_days).value_or(1), 0);
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, 600);
  EXPECT_EQ(check.requests, 600);
  EXPECT_EQ(check.seals, 7) << "the last of those whose rows are gone, and what follows";
  EXPECT_EQ(check.retired_until, 400);
  EXPECT_EQ(query(directory.database(), "SELECT sum(requests) FROM usage_days"), 1000);
  append(*store, records(5000, 3));
  EXPECT_EQ(verified(directory.database()).seals, 8);
  // Where the chain begins is held, too.
  SQLite::Database handle(directory.database(), SQLite::OPEN_READWRITE, 1000);
  EXPECT_THROW(handle.exec("DELETE FROM seals WHERE number = 4"), SQLite::Exception);
  EXPECT_THROW(handle.exec("DELETE FROM retirements"), SQLite::Exception);
  const std::string trigger =
      handle.execAndGet("SELECT sql FROM sqlite_schema WHERE name = 'seals_remain'").getString();
  handle.exec("DROP TRIGGER seals_remain");
  handle.exec("DELETE FROM seals WHERE number = 4");
  handle.exec(trigger);
  const auto broken = store->verify();
  ASSERT_TRUE(broken);
  EXPECT_THAT(broken->problems, testing::ElementsAre("seal 5 does not follow seal 0"));
}

TEST(Store, WhatWasOpenAndNeverSettledIsInterrupted) {
  const Directory directory;
  const auto store = open_store(directory);
  const auto rows = records(1, 3);
  ASSERT_TRUE(store->append({.settled = {}, .open = rows}));
  append(*store, {rows[1]});
  // One whose process ended between two attempts.
  auto between = settled_record(9);
  between.flags = failed;
  append(*store, {between});
  EXPECT_EQ(store->settle_interrupted().value_or(0), 2);
  EXPECT_EQ(store->settle_interrupted().value_or(9), 0);
  const auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, 4);
  EXPECT_EQ(check.requests, 4);
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM attempts WHERE flags & 64 <> 0"), 2);
}

TEST(Store, AbsurdAmountsFillASumAndBreakNothing) {
  const Directory directory;
  const auto store = open_store(directory);
  auto rows = records(1, 3);
  for (auto& row : rows) {
    row.billed = Money{absurd};
    row.counts.input = absurd;
  }
  append(*store, {rows[0]});
  append(*store, {rows[1], rows[2]});
  EXPECT_EQ(query(directory.database(), "SELECT max(charged) FROM usage_days"),
            9'000'000'000'000'000'000);
}

void flip(const std::string& file, std::size_t from, std::size_t count) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(from));
  std::string page(count, '\0');
  bytes.read(page.data(), static_cast<std::streamsize>(count));
  for (auto& byte : page) byte = static_cast<char>(byte ^ 0x5a);
  bytes.seekp(static_cast<std::streamoff>(from));
  bytes.write(page.data(), static_cast<std::streamsize>(count));
}

TEST(Store, P06_flipped_pages_are_refused_with_what_to_do) {
  for (const std::size_t page : {0, 1, 2, 5, 9}) {
    const Directory directory;
    append(*open_store(directory), records(1, 2000));
    {
      SQLite::Database(directory.database(), SQLite::OPEN_READWRITE)
          .exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    flip(directory.database(), page * 4096, 4096);
    const auto opened = Store::open({.path = directory.database()});
    ASSERT_FALSE(opened) << page;
    EXPECT_THAT(opened.error().message, HasSubstr("is damaged"));
    EXPECT_THAT(opened.error().message, HasSubstr("put a backup of it back"));
  }
}

TEST(Store, P06_one_flipped_bit_of_a_row_is_found_by_the_chain) {
  const Directory directory;
  append(*open_store(directory), records(1, 100));
  {
    SQLite::Database(directory.database(), SQLite::OPEN_READWRITE)
        .exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  std::ifstream file(directory.database(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  flip(directory.database(), bytes.find("gen-1790000000-") + 8, 1);
  const auto opened = Store::open({.path = directory.database()});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("are not what seal 1 was made of"));
}

TEST(Store, VerifyTellsWhatNoLongerFollowsFromTheAttempts) {
  const std::pair<const char*, const char*> cases[] = {
      {"UPDATE requests SET cost = 0 WHERE last_seq = 7", "1 requests are not the sum"},
      {"DELETE FROM requests WHERE last_seq = 8", "there are 49 requests, but attempts of 50"},
      {"INSERT INTO requests VALUES (60, 1, 0, 5)", "1 requests have no attempt"},
      {"UPDATE attempts SET upstream_key = 5 WHERE seq = 9", "attempts_by_upstream is not what"},
      {"UPDATE usage_hours SET reasoning = 1", "1 sums of an hour are not"},
      {"UPDATE usage_days SET failed = 1", "1 sums of a day are not"},
      {"DELETE FROM usage_days", "1 sums of a day are not"},
      {"UPDATE usage_months SET charged = 1", "1 sums of a month are not"},
      {"DELETE FROM usage_months", "1 sums of a month are not"},
      {"UPDATE spent_days SET charged = 1", "what keys spent is not"},
      {"UPDATE spent_ever SET byok = 1", "what keys spent is not"},
      {"INSERT INTO usage_days SELECT day + 1, key, provider, model, served_by, 1, 1, 0, 0, 0, 0, "
       "0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM usage_days",
       "1 sums of a day are not"},
  };
  for (const auto& [sql, problem] : cases) {
    const Directory directory;
    const auto store = open_store(directory);
    append(*store, records(1, 50));
    SQLite::Database handle(directory.database(), SQLite::OPEN_READWRITE, 1000);
    for (const char* trigger : {"attempts_stay", "requests_stay", "requests_remain"}) {
      handle.exec(std::string("DROP TRIGGER ") + trigger);
    }
    handle.exec(sql);
    const auto check = store->verify();
    ASSERT_TRUE(check);
    EXPECT_THAT(check->problems, testing::Contains(HasSubstr(problem))) << sql;
  }
}

TEST(Store, P06_one_flipped_bit_of_an_index_is_found_by_verify) {
  const Directory directory;
  std::int64_t page = 0;
  {
    const auto store = open_store(directory);
    append(*store, records(1, 50));
    SQLite::Database handle(directory.database(), SQLite::OPEN_READWRITE, 1000);
    page =
        handle.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'attempts_by_request'")
            .getInt64();
  }
  const auto offset = static_cast<std::size_t>(page - 1) * 4096;
  std::ifstream file(directory.database(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const RequestId id = request_id(20);
  flip(directory.database(), bytes.find(std::string(id.begin(), id.end()), offset) + 4, 1);
  const auto check = open_store(directory)->verify();
  ASSERT_TRUE(check);
  EXPECT_THAT(check->problems,
              testing::Contains(HasSubstr("attempts_by_request is not what attempts say")));
}

TEST(Store, ADatabaseOfAVersionThatWasNeverReleasedIsRefusedAndLeftAlone) {
  for (const char* const change :
       {"ALTER TABLE attempts DROP COLUMN total_us", "ALTER TABLE usage_hours RENAME TO hours",
        "DROP TABLE unfinished_requests", "CREATE TABLE more (x INTEGER)",
        "ALTER TABLE attempts ADD COLUMN more TEXT; PRAGMA user_version = 0"}) {
    const Directory directory;
    open_store(directory);
    SQLite::Database(directory.database(), SQLite::OPEN_READWRITE).exec(change);
    const auto opened = Store::open({.path = directory.database()});
    ASSERT_FALSE(opened) << change;
    EXPECT_THAT(opened.error().message,
                HasSubstr("other tables than any Tollway that was released"));
    if (std::string_view(change).contains("user_version")) continue;
    const auto read = open_to_read(directory.database());
    ASSERT_FALSE(read) << change;
    EXPECT_THAT(read.error().message, HasSubstr("move it away"));
  }
}

TEST(Store, ADatabaseOfANewerVersionIsLeftAlone) {
  const Directory directory;
  open_store(directory);
  {
    SQLite::Database(directory.database(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  }
  const auto opened = Store::open({.path = directory.database()});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("newer Tollway"));
}

}  // namespace
}  // namespace tollway::ledger
