// A ledger that an older version wrote goes on.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/ids.hpp"
#include "ledger/appender.hpp"
#include "ledger/ledger_test.hpp"
#include "ledger/migrations.hpp"
#include "ledger/reports.hpp"
#include "ledger/segment.hpp"

namespace tollway::ledger {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr int rows = 60;
constexpr int rows_a_seal = 10;

std::string hex(const auto& bytes) {
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// A request a day for two months, as settled_record() has them, with what the first format had.
void write_first_format(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(std::string(migrations().front().text));
  database.exec("PRAGMA user_version = 1");
  database.exec(
      "INSERT INTO names (id, text) VALUES (1, 'default'), (2, 'chat/completions'), "
      "(3, 'openrouter'), (4, 'openai/gpt-4o'), (5, 'openai/gpt-4o-2024-08-06'), (6, 'OpenAI'), "
      "(7, 'ok'), (8, 'stop')");
  Seal seal;
  RowsHash hash;
  for (int seq = 1; seq <= rows; ++seq) {
    auto record = settled_record(static_cast<std::uint64_t>(seq));
    record.at_ms += seq * day_ms;
    database.exec(fmt::format(
        "INSERT INTO attempts VALUES ({}, x'{}', 1, {}, 17, 200, 1, 2, 3, 4, 5, 6, 7, 8, '{}', {}, "
        "100, 20, 10, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, 1500, 1499, 500, 999, 1000, "
        "2000, NULL, 3000)",
        seq, hex(record.request), record.at_ms, record.upstream_id,
        upstream_key(day_of_ms(record.at_ms), record.upstream_id)));
    database.exec(fmt::format("INSERT INTO requests VALUES ({}, 1, 0, 1500)", seq));
    for (const auto& [table, time] : {std::pair{"usage_hours", hour_of_ms(record.at_ms)},
                                      {"usage_days", day_of_ms(record.at_ms)}}) {
      database.exec(
          fmt::format("INSERT INTO {} VALUES ({}, 1, 3, 5, 6, 1, 1, 0, 0, 0, 0, 0, 100, "
                      "20, 10, 0, 5, 1500, 1500, 1499, 0)",
                      table, time));
    }
    hash.add(record);
    if (seq % rows_a_seal != 0) continue;
    const Digest previous = seal.hash;
    seal = {.number = seal.number + 1,
            .first_seq = seal.last_seq + 1,
            .last_seq = seq,
            .rows = hash.finish(),
            .hash = {}};
    seal.hash = link(previous, seal);
    hash = RowsHash();
    database.exec(fmt::format("INSERT INTO seals VALUES ({}, {}, {}, {}, x'{}', x'{}')",
                              seal.number, seal.first_seq, seal.last_seq, record.at_ms,
                              hex(seal.rows), hex(seal.hash)));
  }
}

TEST(Upgrade, ALedgerOfTheFirstFormatKeepsItsRowsSumsAndChain) {
  const Directory directory;
  write_first_format(directory.database());
  auto store = Store::open({.path = directory.database()});
  ASSERT_TRUE(store) << store.error().message;
  auto check = verified(directory.database());
  EXPECT_EQ(check.attempts, rows);
  EXPECT_EQ(check.requests, rows);
  EXPECT_EQ(check.seals, rows / rows_a_seal);
  const auto sum = [&](const std::string& table) {
    return query(directory.database(), "SELECT sum(charged) FROM " + table);
  };
  for (const char* table : {"usage_days", "usage_months", "spent_days", "spent_ever"}) {
    EXPECT_EQ(sum(table), rows * 1500) << table;
  }

  auto more = settled_record(rows + 1);
  more.at_ms += (rows + 1) * day_ms;
  more.counts.input_image = 7;
  more.counts.output_image_pieces = 2;
  more.pricing = {
      .tier = llm::ServiceTier::flex, .source = PriceSource::provider_list, .day = 20'000};
  ASSERT_TRUE((*store)->append({.settled = {&more, 1}, .open = {}}));
  check = verified(directory.database());
  EXPECT_EQ(check.attempts, rows + 1);
  EXPECT_EQ(sum("spent_ever"), (rows + 1) * 1500);

  auto reports = Reports::open(directory.database());
  ASSERT_TRUE(reports) << reports.error().message;
  const auto read = [&](std::uint64_t number) {
    auto found = (*reports)->request(tollway::request_id_of(request_id(number)), std::nullopt);
    EXPECT_TRUE(found && *found) << number;
    return found && *found ? (*found)->attempts.front() : AttemptRecord();
  };
  EXPECT_EQ(read(rows + 1).counts, more.counts);
  EXPECT_EQ(read(rows + 1).pricing, more.pricing);
  EXPECT_EQ(read(1).counts, settled_record(1).counts);
  EXPECT_EQ(read(1).pricing, Pricing());
}

TEST(Upgrade, SealsThatTheFirstFormatKeptGoWithTheNextRetirement) {
  const Directory directory;
  write_first_format(directory.database());
  {
    SQLite::Database database(directory.database(), SQLite::OPEN_READWRITE);
    database.exec("INSERT INTO retirements VALUES (1, 10, 1800000000000)");
    database.exec("DELETE FROM attempts WHERE seq <= 10");
    database.exec("DELETE FROM requests WHERE last_seq <= 10");
  }
  auto store = Store::open({.path = directory.database()});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(verified(directory.database()).seals, 6);
  const std::chrono::system_clock::time_point before{
      std::chrono::milliseconds(a_moment_ms + 31 * day_ms)};
  EXPECT_EQ((*store)->retire(before).value_or(0), 20U);
  const auto check = verified(directory.database());
  EXPECT_EQ(check.seals, 4);
  EXPECT_EQ(check.retired_until, 30);
}

// The version before left its journal behind.
TEST(Upgrade, AJournalOfTheVersionBeforeIsReadAndAnOlderOneIsNot) {
  for (const auto version : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{4}}) {
    const Directory directory;
    {
      auto ledger =
          Ledger::open({.directory = directory.path(), .move_every = std::chrono::hours(1)});
      ASSERT_TRUE(ledger);
    }
    std::string bytes(Segment::head_bytes + record_bytes_max, '\0');
    bytes.replace(0, 6, "TWJRNL");
    std::memcpy(bytes.data() + 6, &version, sizeof version);
    write_record(Kind::settled, settled_record(1), bytes.data() + Segment::head_bytes);
    std::ofstream(directory.path() + "/journal/000000000001-000-00000000.journal", std::ios::binary)
        << bytes;
    auto ledger = Ledger::open({.directory = directory.path()});
    EXPECT_EQ(ledger.has_value(), version == 2) << version;
    if (version != 2) continue;
    ledger->reset();
    EXPECT_EQ(verified(directory.database()).attempts, 1);
  }
}

}  // namespace
}  // namespace tollway::ledger
