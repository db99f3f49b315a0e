#include "terminal/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <sstream>

#include "terminal/safe_text.hpp"

namespace tollway::terminal {
namespace {

Table sample() {
  Table table({{.title = "ID", .width_min = 8},
               {.title = "PRICE", .align = Column::Align::right},
               {.title = "NAME", .width_min = 6, .leaves = 1}});
  table.add({{"author/a-rather-long-model-name"}, {"2.5"}, {"A Rather Long Name"}});
  table.add({{"\xE6\xBC\xA2\xE5\xAD\x97/\xE6\xBC\xA2"}, {"free"}, {"x\x1b[31m"}});
  return table;
}

int widest_line(const std::string& text) {
  std::istringstream lines(text);
  int widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

TEST(Table, aligns_by_columns_of_the_screen) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(sample().text({}, 0),
            "ID                               PRICE  NAME\n"
            "author/a-rather-long-model-name    2.5  A Rather Long Name\n"
            "\xE6\xBC\xA2\xE5\xAD\x97/\xE6\xBC\xA2                           free  x\\x1b[31m\n");
}

TEST(Table, fits_every_width_that_holds_its_narrowest_form) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  for (int columns = 15; columns <= 100; ++columns) {
    EXPECT_LE(widest_line(sample().text({}, columns)), columns) << columns;
  }
  EXPECT_EQ(sample().text({}, 20).find("NAME"), std::string::npos);
}

TEST(Table, colors_only_where_the_stream_has_them) {
  Table table({{.title = "A"}});
  table.add({{"x", Style::bad}});
  EXPECT_EQ(table.text({}, 0).find('\x1b'), std::string::npos);
  EXPECT_EQ(table.text({.colors = true}, 0), "\x1b[1mA\x1b[0m\n\x1b[31mx\x1b[0m\n");
}

}  // namespace
}  // namespace tollway::terminal
