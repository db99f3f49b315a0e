#include "terminal/csv.hpp"

#include "terminal/safe_text.hpp"

namespace tollway::terminal {

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    const std::string field = safe_line(fields[i]);
    if (field.find_first_of("\",") == std::string::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + '\n';
}

}  // namespace tollway::terminal
