#include "ledger/reports.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "base/ids.hpp"
#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

class ReportsTest : public testing::Test {
 protected:
  // Ten days of ten requests by two keys and two models; each costs 1,500 nanodollars.
  void SetUp() override {
    auto store = Store::open({.path = directory_.database()});
    ASSERT_TRUE(store);
    for (std::uint64_t day = 0; day < 10; ++day) {
      std::vector<AttemptRecord> batch;
      std::deque<std::string> ids;
      for (std::uint64_t i = 0; i < 10; ++i) {
        auto record = settled_record(day * 10 + i);
        record.at_ms += static_cast<std::int64_t>(day) * day_ms;
        record.key = i % 2 == 0 ? "even" : "odd";
        record.served_model = i < 3 ? "small" : "large";
        record.upstream_id = ids.emplace_back("gen-" + std::to_string(day * 10 + i));
        batch.push_back(record);
      }
      ASSERT_TRUE((*store)->append({.settled = batch, .open = {}}));
    }
    auto opened = Reports::open(directory_.database());
    ASSERT_TRUE(opened) << opened.error().message;
    reports_ = std::move(*opened);
  }

  const Directory directory_;
  std::unique_ptr<Reports> reports_;
  const std::int64_t first_day_ = a_moment_ms / day_ms;
};

TEST_F(ReportsTest, SumsByWhatIsAskedFor) {
  UsageQuery query{.from = first_day_, .until = first_day_ + 9, .by_model = true, .key = {}};
  auto rows = reports_->usage(query);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].model, "large");
  EXPECT_EQ((*rows)[0].requests, 70);
  EXPECT_EQ((*rows)[0].charged, Money{70 * 1500});
  EXPECT_EQ((*rows)[0].key, "");
  EXPECT_EQ((*rows)[1].input, 30 * 100);

  query.by_time = true;
  query.key = "odd";
  query.until = first_day_ + 1;
  rows = reports_->usage(query);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 4U);
  EXPECT_EQ((*rows)[0].time, first_day_);
  EXPECT_EQ((*rows)[0].requests, 4);
  EXPECT_EQ((*rows)[3].requests, 1);
}

// Whole months are read as such; what is asked for is what is added up.
TEST_F(ReportsTest, SumsAreThoseOfTheDaysWhereverMonthsEnd) {
  auto store = Store::open({.path = directory_.database()});
  ASSERT_TRUE(store);
  std::vector<AttemptRecord> batch;
  for (std::uint64_t day = 10; day < 120; ++day) {
    batch.push_back(settled_record(1000 + day));
    batch.back().at_ms += static_cast<std::int64_t>(day) * day_ms;
  }
  ASSERT_TRUE((*store)->append({.settled = batch, .open = {}}));
  for (std::int64_t from = -3; from < 125; from += 4) {
    for (std::int64_t until = from; until < 125; until += 5) {
      UsageQuery query{.from = first_day_ + from, .until = first_day_ + until, .key = {}};
      const auto rows = reports_->usage(query);
      ASSERT_TRUE(rows) << rows.error().message;
      query.by_time = true;
      const auto days = reports_->usage(query);
      ASSERT_TRUE(days);
      std::int64_t requests = 0;
      for (const auto& day : *days) requests += day.requests;
      EXPECT_EQ(rows->empty() ? 0 : rows->front().requests, requests) << from << " to " << until;
    }
  }
  const auto all = reports_->usage({.from = 0, .until = INT64_MAX, .by_model = true, .key = {}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 3U);
}

TEST_F(ReportsTest, SpendingOfAKeyAndOfAll) {
  const auto last = first_day_ + 9;
  const auto odd = reports_->spending({.from = last - 1, .until = last + 1, .key = "odd"});
  ASSERT_TRUE(odd) << odd.error().message;
  EXPECT_EQ(odd->charged, Money{50 * 1500});
  ASSERT_EQ(odd->days.size(), 3U);
  EXPECT_EQ(odd->days[0].day, last - 1);
  EXPECT_EQ(odd->days[1].charged, Money{5 * 1500});
  EXPECT_EQ(odd->days[2].charged, Money{0});
  const auto all = reports_->spending({.from = last, .until = last, .key = {}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->charged, Money{100 * 1500});
  EXPECT_EQ(all->days.at(0).charged, Money{10 * 1500});
  const auto nobody = reports_->spending({.from = last, .until = last, .key = "nobody"});
  ASSERT_TRUE(nobody);
  EXPECT_EQ(nobody->charged, Money{0});
}

TEST_F(ReportsTest, SumsOfHoursAndOfNothing) {
  const UsageQuery query{.from = first_day_ * 24, .until = first_day_ * 24 + 23, .key = {}};
  const auto hours = reports_->usage_by_hour(query);
  ASSERT_TRUE(hours);
  ASSERT_EQ(hours->size(), 1U);
  EXPECT_EQ(hours->front().requests, 10);
  const auto none = reports_->usage({.from = 0, .until = 1, .key = {}});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST_F(ReportsTest, ARequestByEitherOfItsIdsToItsKeyAlone) {
  for (const auto& id : {std::string("gen-57"), tollway::request_id_of(request_id(57))}) {
    const auto found = reports_->request(id, "odd");
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found) << id;
    EXPECT_EQ((*found)->attempts.front().upstream_id, "gen-57");
    EXPECT_EQ((*found)->cost, Money{1500});
    EXPECT_FALSE(reports_->request(id, "even")->has_value());
    EXPECT_TRUE(reports_->request(id, std::nullopt)->has_value());
  }
  EXPECT_FALSE(reports_->request("gen-unknown", std::nullopt)->has_value());
  EXPECT_FALSE(reports_->request("req-nonsense", std::nullopt)->has_value());
}

TEST(Reports, WithoutALedgerThereIsNothingToRead) {
  const Directory directory;
  const auto opened = Reports::open(directory.database());
  ASSERT_FALSE(opened);
}

}  // namespace
}  // namespace tollway::ledger
