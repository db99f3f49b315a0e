// JSON text, written front to back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tollway::dialects {

// Appends to a string that the caller owns; puts the commas. The caller vouches for the order of
// calls: key() then one value within an object, values alone within an array.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { begin('{'); }
  void end_object() { out_ += '}'; }
  void begin_array() { begin('['); }
  void end_array() { out_ += ']'; }
  void key(std::string_view name);

  void text(std::string_view value);
  void integer(std::int64_t value);
  void number(double value);  // finite; the shortest text that reads back as the same
  void boolean(bool value);
  // One JSON value as it is, or, within an object, members as they are. Not empty.
  void raw(std::string_view json);

  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }

 private:
  void begin(char bracket);
  void separate();
  void append_quoted(std::string_view value);

  std::string& out_;
};

}  // namespace tollway::dialects
