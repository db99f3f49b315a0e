#include "routing/answer_speed.hpp"

#include <gtest/gtest.h>

namespace tollway::routing {
namespace {

using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

TEST(AnswerSpeed, OfAStreamIsThatAfterItsFirstToken) {
  const Attempt attempt = answered({.began = start,
                                    .first_byte = start + seconds(1),
                                    .first_token = start + seconds(2),
                                    .ended = start + seconds(4)},
                                   100);
  EXPECT_EQ(attempt.outcome, Outcome::success);
  EXPECT_EQ(attempt.first_byte_s, 1);
  EXPECT_EQ(attempt.first_token_s, 2);
  EXPECT_EQ(attempt.tokens_a_second, 50);
}

TEST(AnswerSpeed, OfAWholeAnswerIsOverAllOfIt) {
  const Attempt attempt = answered({.began = start,
                                    .first_byte = start + seconds(3),
                                    .first_token = {},
                                    .ended = start + seconds(4)},
                                   100);
  EXPECT_EQ(attempt.first_byte_s, 3);
  EXPECT_EQ(attempt.first_token_s, std::nullopt);
  EXPECT_EQ(attempt.tokens_a_second, 25);
}

TEST(AnswerSpeed, AFewTokensSayNothing) {
  const AnswerTimes times{
      .began = start, .first_byte = start, .first_token = start, .ended = start + seconds(1)};
  EXPECT_EQ(answered(times, 7).tokens_a_second, std::nullopt);
  EXPECT_EQ(
      answered({.began = start, .first_byte = start, .first_token = start, .ended = start}, 100)
          .tokens_a_second,
      std::nullopt);
}

}  // namespace
}  // namespace tollway::routing
