#include "dispatch/retry_policy.hpp"

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

TEST(Delay, DoublesWithFullJitterUpToItsCap) {
  const RetryPolicy policy{.retries_max = 10, .first_delay = 500ms, .delay_max = 3s};
  const auto delay = [&policy](int retries, double random) {
    return delay_before_retry(
        policy, {.retries = retries, .retry_after = {}, .time_left = 1h, .random = random});
  };
  EXPECT_EQ(delay(0, 1), 500ms);
  EXPECT_EQ(delay(2, 1), 2s);
  EXPECT_EQ(delay(2, 0.5), 1s);
  EXPECT_EQ(delay(2, 0), 0s);
  EXPECT_EQ(delay(9, 1), 3s);
  EXPECT_EQ(delay(10, 1), std::nullopt);
}

TEST(Delay, HonoursRetryAfterWithinTheTimeLeft) {
  const RetryPolicy policy;
  EXPECT_EQ(
      delay_before_retry(policy, {.retries = 0, .retry_after = 3s, .time_left = 1min, .random = 1}),
      3s);
  EXPECT_EQ(
      delay_before_retry(policy, {.retries = 0, .retry_after = 3s, .time_left = 3s, .random = 1}),
      std::nullopt);
}

TEST(Retries, FollowFailedConnectionsAndAnswersThatMayImprove) {
  const auto may_help = [](Errc code, Retry retry) {
    return another_try_may_help(Error{code, Source::upstream, retry, {}, {}});
  };
  EXPECT_TRUE(may_help(Errc::connect_failed, Retry::elsewhere));
  EXPECT_TRUE(may_help(Errc::connection_lost, Retry::elsewhere));
  EXPECT_TRUE(may_help(Errc::upstream_error, Retry::same));
  EXPECT_FALSE(may_help(Errc::upstream_error, Retry::never));
  EXPECT_FALSE(may_help(Errc::tls_failed, Retry::elsewhere));
  EXPECT_FALSE(may_help(Errc::address_refused, Retry::elsewhere));
  EXPECT_FALSE(may_help(Errc::cancelled, Retry::never));
}

}  // namespace
}  // namespace tollway::dispatch
