#include "base/recycler.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tollway {
namespace {

struct Counted {
  explicit Counted(int& alive) : alive_(alive) { ++alive_; }
  ~Counted() { --alive_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int& alive_;
  std::byte weight[2000];
};

struct Refuses {
  explicit Refuses(bool refuses) {
    if (refuses) throw std::invalid_argument("refused");
  }
};

TEST(Recycler, EndsWhatItMade) {
  int alive = 0;
  Recycler<Counted> recycler(2);
  {
    const auto one = recycler.make(alive);
    const auto other = recycler.make(alive);
    EXPECT_NE(one.get(), other.get());
    EXPECT_EQ(alive, 2);
  }
  EXPECT_EQ(alive, 0);
}

#if !__has_feature(address_sanitizer)
TEST(Recycler, GivesTheMemoryOfWhatHasGoneToWhatComes) {
  int alive = 0;
  Recycler<Counted> recycler(1);
  auto made = recycler.make(alive);
  const void* const first = made.get();
  made.reset();
  made = recycler.make(alive);
  EXPECT_EQ(made.get(), first);
}
#endif

TEST(Recycler, MakesMoreThanItKeeps) {
  int alive = 0;
  Recycler<Counted> recycler(1);
  {
    const auto one = recycler.make(alive);
    const auto two = recycler.make(alive);
    const auto three = recycler.make(alive);
    EXPECT_EQ(alive, 3);
  }
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(recycler.make(alive)->alive_, 1);
}

TEST(Recycler, LosesNothingWhereAnObjectRefusesToBeMade) {
  Recycler<Refuses> recycler(1);
  EXPECT_THROW(std::ignore = recycler.make(true), std::invalid_argument);
  EXPECT_NE(recycler.make(false), nullptr);
}

}  // namespace
}  // namespace tollway
