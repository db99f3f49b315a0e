#include "demo/triggers.hpp"

#include <gtest/gtest.h>

namespace tollway::demo {
namespace {

using std::chrono::milliseconds;

struct Taken {
  Triggers triggers;
  std::string rest;
};

Taken take(std::string message) {
  Taken taken;
  taken.triggers = take_triggers(message);
  taken.rest = std::move(message);
  return taken;
}

TEST(Triggers, are_taken_out_of_the_message) {
  const auto [triggers, rest] = take("[[slow:0.25]] Hello [[tool:weather]] there [[cut]]");
  EXPECT_EQ(rest, "Hello there ");
  EXPECT_EQ(triggers.slow, milliseconds(250));
  EXPECT_EQ(triggers.tool, "weather");
  EXPECT_TRUE(triggers.cut);
  EXPECT_FALSE(triggers.length);
}

TEST(Triggers, each_is_known) {
  EXPECT_EQ(take("[[tool]]").triggers.tool, "");
  EXPECT_EQ(take("[[error:503]]").triggers.error_status, 503);
  EXPECT_TRUE(take("[[error-midstream]]").triggers.error_midstream);
  EXPECT_TRUE(take("[[length]]").triggers.length);
}

TEST(Triggers, what_is_none_stays) {
  for (const std::string text :
       {"[[error:200]]", "[[error:x]]", "[[error]]", "[[slow:-1]]", "[[slow:1e9]]", "[[slow:nan]]",
        "[[cut:1]]", "[[", "[[cut", "a [[wiki link]] b", "[[]]", "[1]"}) {
    EXPECT_EQ(take(text).rest, text);
  }
  EXPECT_EQ(take("[[[cut]]]").rest, "[[[cut]]]");
  EXPECT_EQ(take("[[no [[cut]] yes").rest, "[[no yes");
}

}  // namespace
}  // namespace tollway::demo
