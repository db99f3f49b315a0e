// Comma-separated values as RFC 4180 has them, but for lines that end in a line feed alone.
#pragma once

#include <span>
#include <string>

namespace tollway::terminal {

// One line with its end. Fields are shown as safe_line() makes them, so that a record is one line
// and a terminal finds nothing in it to act on.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

}  // namespace tollway::terminal
