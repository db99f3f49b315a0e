#include "terminal/bar_chart.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <limits>
#include <sstream>
#include <vector>

#include "terminal/safe_text.hpp"

namespace tollway::terminal {
namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

std::vector<Bar> sample() {
  return {{"the highest there is", "$9223372036.854775807", most},
          {"half", "$4611686018", most / 2},
          {"a little\n\x1b[2J", "$0.000000001", 1},
          {"nothing", "unknown", 0}};
}

class BarChart : public testing::Test {
 protected:
  BarChart() { std::setlocale(LC_CTYPE, "C.UTF-8"); }
};

TEST_F(BarChart, no_line_is_wider_than_it_may_be) {
  for (const bool is_terminal : {false, true}) {
    for (int columns = 24; columns < 200; ++columns) {
      std::istringstream lines(bar_chart({.is_terminal = is_terminal}, sample(), columns));
      int count = 0;
      for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_LE(display_width(line), columns) << line;
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
      }
      EXPECT_EQ(count, 4);
    }
  }
}

TEST_F(BarChart, bars_are_as_long_as_their_amounts) {
  const std::vector<Bar> bars{{"a", "16", 16}, {"b", "8", 8}, {"c", "3", 3}, {"d", "-1", -1}};
  EXPECT_EQ(bar_chart({.is_terminal = true}, bars, 11),
            "a  ████  16\n"
            "b  ██     8\n"
            "c  ▊      3\n"
            "d        -1\n");
  EXPECT_EQ(bar_chart({}, bars, 11),
            "a  ####  16\n"
            "b  ##     8\n"
            "c  #      3\n"
            "d        -1\n");
}

TEST_F(BarChart, of_nothing_is_nothing) {
  EXPECT_EQ(bar_chart({}, {}, 80), "");
  EXPECT_EQ(bar_chart({}, std::vector<Bar>{{"a", "0", 0}}, 20), "a                  0\n");
}

}  // namespace
}  // namespace tollway::terminal
