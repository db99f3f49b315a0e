// Amounts as bars beside each other.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "terminal/console.hpp"

namespace tollway::terminal {

struct Bar {
  std::string label;  // as others wrote it: shown as safe_line() makes it
  std::string value;  // behind the bar, never cut
  std::int64_t amount = 0;
};

// Lines no wider than `columns`. In a terminal bars are block characters, to an eighth of a column;
// elsewhere number signs. What is more than nothing is never without a bar.
[[nodiscard]] std::string bar_chart(const Stream& stream, std::span<const Bar> bars, int columns);
// As wide as the stream's terminal; 80 columns where it is none.
[[nodiscard]] std::string bar_chart(const Stream& stream, std::span<const Bar> bars);

}  // namespace tollway::terminal
