#include "moments.hpp"

#include <gtest/gtest.h>

namespace tollway {
namespace {

using namespace std::chrono_literals;

TEST(Moments, durations_have_units) {
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("15m"), 15min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("7d"), 7 * 24h);
  EXPECT_EQ(parse_duration("0"), 0s);
  for (const char* const text : {"", "h", "5", "-1h", "1.5h", "24 h", "99999d", "9999999999s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Moments, days_are_those_of_the_calendar) {
  const auto day = parse_day("2028-02-29");
  ASSERT_TRUE(day);
  EXPECT_EQ(day_text(*day), "2028-02-29");
  EXPECT_EQ(day_text(*parse_day("1970-01-01")), "1970-01-01");
  for (const char* const text : {"", "2026-02-29", "2026-13-01", "2026-1-1", "2026-11-23 ",
                                 "23-11-2026", "2026/11/23", "-026-11-23", "2026-11-2x"}) {
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
  }
}

TEST(Moments, http_dates_come_back_as_they_were) {
  const auto time = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(time);
  EXPECT_EQ(utc_text(*time), "1994-11-06T08:49:37Z");
  EXPECT_FALSE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"));
  EXPECT_FALSE(parse_http_date("Sun, 06 Nov 1994 08:49:37 CET"));
  EXPECT_FALSE(parse_http_date(""));
}

}  // namespace
}  // namespace tollway
