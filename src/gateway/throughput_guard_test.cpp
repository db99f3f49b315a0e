#include "gateway/throughput_guard.hpp"

#include <gtest/gtest.h>

namespace tollway::gateway {
namespace {

using namespace std::chrono_literals;

const net::TimePoint start{1h};

TEST(ThroughputGuard, DemandsNothingUnlessItIsAskedTo) {
  const ThroughputDemand nothing;
  ThroughputGuard guard(nothing);
  guard.begin(start, 0);
  EXPECT_FALSE(guard.is_on());
  EXPECT_EQ(guard.due(), std::nullopt);
}

TEST(ThroughputGuard, JudgesWindowAfterWindow) {
  const ThroughputDemand demand{.tokens_a_second = 5, .window = 2s};
  ThroughputGuard guard(demand);
  EXPECT_EQ(guard.due(), std::nullopt) << "nothing has come yet";
  guard.begin(start, 3);
  EXPECT_EQ(guard.due(), start + 2s);
  EXPECT_FALSE(guard.is_too_slow(start + 1s, 3));
  EXPECT_FALSE(guard.is_too_slow(start + 2s, 13));
  EXPECT_EQ(guard.due(), start + 4s);
  EXPECT_TRUE(guard.is_too_slow(start + 4s, 22)) << "9 in 2 s";
}

TEST(ThroughputGuard, WhatComesAfterAStallDoesNotHideIt) {
  const ThroughputDemand demand{.tokens_a_second = 5, .window = 2s};
  ThroughputGuard guard(demand);
  guard.begin(start, 0);
  EXPECT_TRUE(guard.is_too_slow(start + 10s, 30));
}

TEST(ThroughputGuard, BeginsAnewWhereTheClientWasWaitedFor) {
  const ThroughputDemand demand{.tokens_a_second = 5, .window = 2s};
  ThroughputGuard guard(demand);
  guard.begin(start, 0);
  guard.begin(start + 9s, 1);
  EXPECT_FALSE(guard.is_too_slow(start + 10s, 1));
}

}  // namespace
}  // namespace tollway::gateway
