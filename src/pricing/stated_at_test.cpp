#include "pricing/stated_at.hpp"

#include <gtest/gtest.h>

namespace tollway::pricing {
namespace {

using llm::ServiceTier;

constexpr SystemTime day(unsigned number) {
  return std::chrono::sys_days(std::chrono::year(2026) / 8 / number);
}

TEST(StatedAt, dates_of_sheets) {
  EXPECT_EQ(time_of_date("2026-08-21"), day(21));
  for (const auto* none : {"", "2026-08", "2026-13-01", "2026-08-2x", "2026-08-21T00:00"}) {
    EXPECT_EQ(time_of_date(none), std::nullopt) << none;
  }
}

TEST(StatedAt, a_models_own_date_comes_before_its_sheets) {
  VendorSheet sheet;
  sheet.date = "2026-08-01";
  sheet.tier_date = "2026-08-02";
  PricedModel model;
  EXPECT_EQ(stated_at(sheet, model, ServiceTier::standard), day(1));
  EXPECT_EQ(stated_at(sheet, model, ServiceTier::flex), day(2));
  model.source = "another";
  model.date = "2026-08-03";
  EXPECT_EQ(stated_at(sheet, model, ServiceTier::standard), day(3));
  EXPECT_EQ(stated_at(sheet, model, ServiceTier::flex), day(3));
  model.date = "";
  EXPECT_EQ(stated_at(sheet, model, ServiceTier::standard), std::nullopt);
}

}  // namespace
}  // namespace tollway::pricing
