#include "demo/model.hpp"

#include <gtest/gtest.h>

namespace tollway::demo {
namespace {

TEST(Model, money_is_exact) {
  EXPECT_EQ(dollars(0), "0");
  EXPECT_EQ(dollars(12'000), "0.000012");
  EXPECT_EQ(dollars(1), "0.000000001");
  EXPECT_EQ(dollars(1'000'000'000), "1");
  EXPECT_EQ(dollars(10'500'000'000), "10.5");
}

TEST(Model, is_found_by_its_id) {
  EXPECT_EQ(find_model("tollway/metered-echo")->completion_price, 2000U);
  EXPECT_EQ(find_model("tollway/ech"), nullptr);
}

}  // namespace
}  // namespace tollway::demo
