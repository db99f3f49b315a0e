#include "replay/pacing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tollway::replay {
namespace {

std::chrono::microseconds scaled(std::chrono::milliseconds delay, double speed) {
  if (speed == 0) return {};
  return std::chrono::microseconds(
      std::llround(static_cast<double>(delay.count()) * 1000.0 / speed));
}

std::vector<Piece> split(const std::vector<Piece>& recorded, std::size_t size) {
  std::vector<Piece> pieces;
  for (const Piece& chunk : recorded) {
    std::string_view rest = chunk.data;
    auto delay = chunk.delay;
    // The end of the chunk before and the beginning of this one may share a piece.
    while (!rest.empty()) {
      if (pieces.empty() || pieces.back().data.size() == size) pieces.emplace_back();
      Piece& piece = pieces.back();
      const std::size_t taken = std::min(size - piece.data.size(), rest.size());
      piece.delay += std::exchange(delay, {});
      piece.data += rest.substr(0, taken);
      rest.remove_prefix(taken);
    }
  }
  return pieces;
}

}  // namespace

Result<double> parse_speed(const std::string& text) {
  if (text == "max") return 0.0;
  double speed = -1;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, speed);
  // Below a thousandth a minute would take a working day.
  const bool fits = speed == 0 || (speed >= 0.001 && speed <= 1e6);
  if (read.ec != std::errc() || read.ptr != end || !fits) {
    return client_error(
        Errc::bad_request,
        fmt::format("the speed is a number from 0.001 to 1000000, or \"max\"; came \"{}\"", text));
  }
  return speed;
}

std::vector<Piece> pieces_of(const recording::Exchange& exchange, Pace pace) {
  std::vector<Piece> pieces;
  std::chrono::microseconds owed{};
  for (const recording::Chunk& chunk : exchange.chunks) {
    owed += scaled(chunk.delay, pace.speed);
    if (chunk.data.empty()) continue;  // an empty write is none on the wire
    pieces.push_back({std::exchange(owed, {}), chunk.data});
  }
  return pace.split == 0 ? pieces : split(pieces, pace.split);
}

}  // namespace tollway::replay
