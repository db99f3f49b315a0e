#include "dispatch/retry_after.hpp"

#include <gtest/gtest.h>

namespace tollway::dispatch {
namespace {

using namespace std::chrono_literals;

const auto now = std::chrono::system_clock::from_time_t(1'767'761'758);  // 7 January 2026, 04:55:58

TEST(RetryAfter, SecondsOrADate) {
  EXPECT_EQ(parse_retry_after("0", now), 0s);
  EXPECT_EQ(parse_retry_after("7", now), 7s);
  EXPECT_EQ(parse_retry_after("Wed, 07 Jan 2026 04:56:08 GMT", now), 10s);
}

// tests.md U11: negative, huge, rubbish.
TEST(RetryAfter, U11_what_makes_no_sense_is_ignored_and_what_is_huge_is_bounded) {
  for (const char* const rubbish : {"", "-5", "+5", "1.5", "soon", "5 s", "Wed, 07 Jan 2026"}) {
    EXPECT_EQ(parse_retry_after(rubbish, now), std::nullopt) << rubbish;
  }
  EXPECT_EQ(parse_retry_after("Wed, 07 Jan 2026 04:55:58 GMT", now), std::nullopt);
  EXPECT_GT(parse_retry_after("99999999999999999999999", now), 300h);
}

}  // namespace
}  // namespace tollway::dispatch
