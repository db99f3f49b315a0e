#include "terminal/bar_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "terminal/safe_text.hpp"

namespace tollway::terminal {
namespace {

constexpr int columns_usual = 80;
constexpr int gap = 2;
constexpr int label_columns_min = 12;  // what days need, and short names
constexpr int bar_columns_min = 4;
constexpr int eighths = 8;

constexpr std::array<std::string_view, eighths> blocks{"█", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

struct Widths {
  int label = 0;
  int bar = 0;
  int value = 0;
};

// Values stay whole; labels give way to bars, and in the end bars to labels.
Widths widths_of(std::span<const Bar> bars, int columns) {
  Widths widths;
  for (const auto& bar : bars) {
    widths.label = std::max(widths.label, display_width(safe_line(bar.label)));
    widths.value = std::max(widths.value, display_width(bar.value));
  }
  const int room = columns - widths.value - 2 * gap;
  widths.label = std::min(widths.label, std::max(label_columns_min, room / 2));
  widths.bar = room - widths.label;
  if (widths.bar < bar_columns_min) {
    widths.bar = 0;
    widths.label = std::clamp(columns - widths.value - gap, 0, widths.label);
  }
  return widths;
}

// In eighths of a column, rounded; floating point will do for a picture.
int length_of(std::int64_t amount, std::int64_t most, int columns) {
  if (amount <= 0 || most <= 0) return 0;
  const double share = static_cast<double>(amount) / static_cast<double>(most);
  return std::max(1, static_cast<int>(std::lround(share * columns * eighths)));
}

std::string blocks_of(int length) {
  std::string made;
  for (int i = 0; i < length / eighths; ++i) made += blocks[0];
  if (length % eighths > 0) made += blocks[static_cast<std::size_t>(length % eighths)];
  return made;
}

std::string signs_of(int length) {
  return std::string(static_cast<std::size_t>((length + eighths - 1) / eighths), '#');
}

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

}  // namespace

std::string bar_chart(const Stream& stream, std::span<const Bar> bars, int columns) {
  const auto widths = widths_of(bars, columns);
  std::int64_t most = 0;
  for (const auto& bar : bars) most = std::max(most, bar.amount);
  std::string made;
  for (const auto& bar : bars) {
    const std::string label = fitted(safe_line(bar.label), widths.label);
    made += label + spaces(widths.label - display_width(label) + gap);
    if (widths.bar > 0) {
      const int length = length_of(bar.amount, most, widths.bar);
      const std::string drawn = stream.is_terminal ? blocks_of(length) : signs_of(length);
      made += stream.styled(Style::good, drawn);
      made += spaces(widths.bar - display_width(drawn) + gap);
    }
    made += spaces(widths.value - display_width(bar.value)) + bar.value + '\n';
  }
  return made;
}

std::string bar_chart(const Stream& stream, std::span<const Bar> bars) {
  const int columns = stream.columns();
  return bar_chart(stream, bars, columns > 0 ? columns : columns_usual);
}

}  // namespace tollway::terminal
