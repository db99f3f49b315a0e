// Tables that fit the terminal they are printed on.
#pragma once

#include <string>
#include <vector>

#include "terminal/console.hpp"

namespace tollway::terminal {

struct Column {
  std::string title;
  enum class Align { left, right } align = Align::left;
  int width_min = 0;  // how narrow it may become; 0: as wide as its widest cell
  int leaves = 0;     // where all are at their narrowest: the highest goes first; 0: stays
};

struct Cell {
  std::string text;  // as others wrote it: shown as safe_line() makes it
  Style style = Style::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column.
  void add(std::vector<Cell> cells);
  [[nodiscard]] std::size_t row_count() const noexcept { return rows_.size(); }

  // Lines no wider than the stream's terminal; where it is none, as wide as the cells. What must be
  // left out to fit: first the ends of cells, then columns.
  [[nodiscard]] std::string text(const Stream& stream) const {
    return text(stream, stream.columns());
  }
  [[nodiscard]] std::string text(const Stream& stream, int columns_max) const;

 private:
  [[nodiscard]] std::vector<int> widths(int columns_max) const;
  void append_line(std::string& to, const std::vector<Cell>& cells, const std::vector<int>& widths,
                   const Stream& stream) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace tollway::terminal
