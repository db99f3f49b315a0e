#include "ledger/retention.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::milliseconds;
using Time = std::chrono::system_clock::time_point;

constexpr Time a_moment{milliseconds(a_moment_ms)};

// A hundred attempts a day for ten days, sealed ten times a day.
void fill(Store& store) {
  for (std::uint64_t batch = 0; batch < 100; ++batch) {
    std::vector<AttemptRecord> rows;
    for (std::uint64_t i = 0; i < 10; ++i) {
      rows.push_back(settled_record(batch * 10 + i));
      rows.back().at_ms += static_cast<std::int64_t>(batch) * milliseconds(days(1)).count() / 10;
    }
    ASSERT_TRUE(store.append({.settled = rows, .open = {}}));
  }
}

TEST(Retention, AtStartAndOnceADay) {
  const Directory directory;
  auto opened = Store::open({.path = directory.database()});
  ASSERT_TRUE(opened);
  Store& store = **opened;
  fill(store);
  Health health(1);
  Time now = a_moment + days(10);
  Retention retention(days(7), [&now] { return now; });
  const auto left = [&] { return query(directory.database(), "SELECT count(*) FROM attempts"); };
  retention.run(store, health);
  EXPECT_EQ(left(), 700);
  retention.run(store, health);  // sees that nothing is left
  now += 23h;
  retention.run(store, health);
  EXPECT_EQ(left(), 700);
  now += 2h;
  retention.run(store, health);
  EXPECT_LT(left(), 700);
  now += days(365);
  retention.run(store, health);
  retention.run(store, health);
  EXPECT_EQ(left(), 0);
  const auto check = verified(directory.database());
  EXPECT_EQ(check.seals, 1) << "the database does not grow with time";
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM retirements"), 1);
  EXPECT_EQ(query(directory.database(), "SELECT sum(requests) FROM usage_days"), 1000);
}

TEST(Retention, WithoutDaysAllIsKept) {
  const Directory directory;
  auto store = Store::open({.path = directory.database()});
  ASSERT_TRUE(store);
  fill(**store);
  Health health(1);
  Retention retention(days(0), [] { return a_moment + days(10'000); });
  retention.run(**store, health);
  EXPECT_EQ(query(directory.database(), "SELECT count(*) FROM attempts"), 1000);
}

TEST(Retention, AStepHasAtMostSoManyRowsOrOneSeal) {
  const Directory directory;
  auto store = Store::open({.path = directory.database()});
  ASSERT_TRUE(store);
  fill(**store);
  const Time later = a_moment + days(100);
  EXPECT_EQ((*store)->retire(later, 1).value_or(0), 10U);
  EXPECT_EQ((*store)->retire(later, 35).value_or(0), 30U);
  EXPECT_EQ((*store)->retire(later).value_or(0), 960U);
  EXPECT_EQ((*store)->retire(later).value_or(1), 0U);
  EXPECT_EQ(verified(directory.database()).retired_until, 1000);
}

TEST(Retention, TheLedgersThreadDoesIt) {
  const Directory directory;
  {
    auto store = Store::open({.path = directory.database()});
    ASSERT_TRUE(store);
    fill(**store);
  }
  std::atomic<Time> now = a_moment + days(10);
  const auto left = [&] { return query(directory.database(), "SELECT count(*) FROM attempts"); };
  {
    auto ledger = Ledger::open(
        {.directory = directory.path(), .move_every = 1ms, .kept = days(7), .now = [&now] {
           return now.load();
         }});
    ASSERT_TRUE(ledger);
    EXPECT_TRUE(wait_until([&] { return left() == 700; })) << left();
    now = a_moment + days(15);
    EXPECT_TRUE(wait_until([&] { return left() == 200; })) << left();
  }
  EXPECT_EQ(verified(directory.database()).attempts, 200);
}

}  // namespace
}  // namespace tollway::ledger
