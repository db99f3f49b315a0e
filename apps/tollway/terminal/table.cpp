#include "terminal/table.hpp"

#include <algorithm>
#include <numeric>

#include "terminal/safe_text.hpp"

namespace tollway::terminal {
namespace {

constexpr int gap = 2;      // between columns
constexpr int absent = -1;  // the width of a column that was left out

// What a line of such columns takes.
int total(const std::vector<int>& widths) {
  int sum = -gap;
  for (const int width : widths) sum += width == absent ? 0 : width + gap;
  return std::max(sum, 0);
}

}  // namespace

void Table::add(std::vector<Cell> cells) {
  for (auto& cell : cells) cell.text = safe_line(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::widths(int columns_max) const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i].text));
    widths.push_back(width);
  }
  if (columns_max == 0) return widths;
  const auto narrowest = [&](std::size_t i) {
    return columns_[i].width_min == 0 ? widths[i] : std::min(widths[i], columns_[i].width_min);
  };
  // Leave columns out until the narrowest form of the rest fits ...
  for (;;) {
    std::vector<int> least = widths;
    std::size_t leaving = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] == absent) continue;
      least[i] = narrowest(i);
      const bool may_leave = columns_[i].leaves > 0;
      if (may_leave &&
          (leaving == columns_.size() || columns_[i].leaves > columns_[leaving].leaves)) {
        leaving = i;
      }
    }
    if (total(least) <= columns_max || leaving == columns_.size()) break;
    widths[leaving] = absent;
  }
  // ... then take from the widest that can give.
  while (total(widths) > columns_max) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] == absent || narrowest(i) == widths[i]) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

void Table::append_line(std::string& to, const std::vector<Cell>& cells,
                        const std::vector<int>& widths, const Stream& stream) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == absent) continue;
    const std::string text = fitted(cells[i].text, widths[i]);
    const std::string padding(static_cast<std::size_t>(widths[i] - display_width(text)), ' ');
    const bool right = columns_[i].align == Column::Align::right;
    if (right) line += padding;
    line += stream.styled(cells[i].style, text);
    if (!right) line += padding;
    line.append(gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  to += line + '\n';
}

std::string Table::text(const Stream& stream, int columns_max) const {
  const auto fitting = widths(columns_max);
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.push_back({column.title, Style::bold});
  std::string made;
  append_line(made, titles, fitting, stream);
  for (const auto& row : rows_) append_line(made, row, fitting, stream);
  return made;
}

}  // namespace tollway::terminal
