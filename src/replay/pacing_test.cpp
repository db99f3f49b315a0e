#include "replay/pacing.hpp"

#include <gtest/gtest.h>

namespace tollway::replay {
namespace {

using std::chrono::milliseconds;

std::string show(const recording::Exchange& exchange, Pace pace) {
  std::string out;
  for (const Piece& piece : pieces_of(exchange, pace)) {
    out += std::to_string(piece.delay.count() / 1000) + ':' + piece.data + ' ';
  }
  return out;
}

recording::Exchange recorded() {
  recording::Exchange exchange;
  exchange.streamed = true;
  exchange.chunks = {{milliseconds(0), "ab"},
                     {milliseconds(100), "cdefg"},
                     {milliseconds(20), ""},
                     {milliseconds(50), "h"}};
  return exchange;
}

TEST(Pacing, keeps_borders_and_delays) {
  EXPECT_EQ(show(recorded(), {}), "0:ab 100:cdefg 70:h ");
}

TEST(Pacing, scales_delays) {
  EXPECT_EQ(show(recorded(), {.speed = 2}), "0:ab 50:cdefg 35:h ");
  EXPECT_EQ(show(recorded(), {.speed = 0.5}), "0:ab 200:cdefg 140:h ");
  EXPECT_EQ(show(recorded(), {.speed = 0}), "0:ab 0:cdefg 0:h ");
}

TEST(Pacing, splits_across_the_recorded_borders) {
  EXPECT_EQ(show(recorded(), {.speed = 1, .split = 3}), "100:abc 0:def 70:gh ");
  EXPECT_EQ(show(recorded(), {.speed = 1, .split = 100}), "170:abcdefgh ");
  EXPECT_EQ(show(recorded(), {.speed = 0, .split = 1}), "0:a 0:b 0:c 0:d 0:e 0:f 0:g 0:h ");
}

TEST(Pacing, reads_speeds) {
  EXPECT_EQ(parse_speed("max").value(), 0);
  EXPECT_EQ(parse_speed("0").value(), 0);
  EXPECT_EQ(parse_speed("2.5").value(), 2.5);
  for (const char* text : {"", "fast", "-1", "1x", "nan", "inf", "1e9"}) {
    EXPECT_FALSE(parse_speed(text)) << text;
  }
}

}  // namespace
}  // namespace tollway::replay
