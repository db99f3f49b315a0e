// How a recording is served: as it was, faster, or cut elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "recording/exchange.hpp"

namespace tollway::replay {

struct Pace {
  double speed = 1;       // 2 is twice as fast as recorded; 0 leaves out every delay
  std::size_t split = 0;  // bytes a write; 0 keeps the recorded borders
};

// Reads --speed: a number above 0, or "max" or "0" for no delays.
[[nodiscard]] Result<double> parse_speed(const std::string& text);

// One write.
struct Piece {
  std::chrono::microseconds delay{};  // since the write before
  std::string data;                   // never empty
};

// The writes of an answer's content, in order. A split piece is as late as the last of the recorded
// chunks that it holds the beginning of.
[[nodiscard]] std::vector<Piece> pieces_of(const recording::Exchange& exchange, Pace pace);

}  // namespace tollway::replay
