#include "base/decimal.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tollway {
namespace {

std::int64_t parsed(std::string_view text, int places) {
  const auto result = parse_decimal(text, places);
  EXPECT_TRUE(result) << text;
  return result.value_or(-99);
}

TEST(Decimal, is_read_exactly) {
  EXPECT_EQ(parsed("0", 9), 0);
  EXPECT_EQ(parsed("-0", 9), 0);
  EXPECT_EQ(parsed("1", 9), 1'000'000'000);
  EXPECT_EQ(parsed("0.1", 9), 100'000'000);
  EXPECT_EQ(parsed("1.2e-7", 9), 120);
  EXPECT_EQ(parsed("12E2", 0), 1200);
  EXPECT_EQ(parsed("-0.0042", 9), -4'200'000);
  EXPECT_EQ(parsed("0.00000008333333333333334", 15), 83'333'333);
  EXPECT_EQ(parsed("9223372036.854775807", 9), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parsed("0.0000000000000000000000000000000000000000000000000000001", 9), 0);
  EXPECT_EQ(parsed("1e-99999999", 9), 0);
}

TEST(Decimal, is_rounded_half_to_even) {
  EXPECT_EQ(parsed("0.5", 0), 0);
  EXPECT_EQ(parsed("1.5", 0), 2);
  EXPECT_EQ(parsed("2.5", 0), 2);
  EXPECT_EQ(parsed("-2.5", 0), -2);
  EXPECT_EQ(parsed("2.50000000000000000000000000000000000000000000001", 0), 3);
  EXPECT_EQ(parsed("2.49999999999999999999999999999999999999999999999", 0), 2);
  EXPECT_EQ(parsed("150", -2), 2);
}

TEST(Decimal, that_is_none_is_refused) {
  for (const auto* text : {"", "-", ".5", "1.", "01", "1e", "1e+", "+1", "0x10", "NaN", "1 ", " 1",
                           "1,5", "1e400", "9223372036.854775808", "99999999999999999999"}) {
    EXPECT_FALSE(parse_decimal(text, 9)) << text;
  }
  EXPECT_FALSE(parse_decimal(std::string(65, '1'), 0));
  EXPECT_FALSE(parse_decimal(std::string(64, '9'), 18));
}

TEST(Decimal, is_written_without_exponent_and_idle_zeros) {
  EXPECT_EQ(format_decimal(0, 9), "0");
  EXPECT_EQ(format_decimal(12'345, 9), "0.000012345");
  EXPECT_EQ(format_decimal(12'500'000'000, 9), "12.5");
  EXPECT_EQ(format_decimal(-100'000'000, 9), "-0.1");
  EXPECT_EQ(format_decimal(7, 0), "7");
  EXPECT_EQ(format_decimal(std::numeric_limits<std::int64_t>::min(), 9), "-9223372036.854775808");
}

TEST(Decimal, survives_writing_and_reading) {
  for (std::int64_t value = 1; value < std::numeric_limits<std::int64_t>::max() / 7; value *= 7) {
    EXPECT_EQ(parsed(format_decimal(value, 9), 9), value);
    EXPECT_EQ(parsed(format_decimal(-value, 15), 15), -value);
  }
}

TEST(Decimal, products_are_rounded_once_and_never_wrap) {
  std::int64_t product = 0;
  ASSERT_TRUE(multiply_scaled(2'337, 100'000'000, 6, product));
  EXPECT_EQ(product, 233'700);
  ASSERT_TRUE(multiply_scaled(5, 1, 1, product));
  EXPECT_EQ(product, 0);
  ASSERT_TRUE(multiply_scaled(15, 1, 1, product));
  EXPECT_EQ(product, 2);
  EXPECT_FALSE(multiply_scaled(std::numeric_limits<std::int64_t>::max(), 1'000'001, 6, product));
  EXPECT_FALSE(multiply_scaled(std::numeric_limits<std::int64_t>::max(),
                               std::numeric_limits<std::int64_t>::max(), 0, product));
}

}  // namespace
}  // namespace tollway
