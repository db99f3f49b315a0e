#include "dialects/json_writer.hpp"

#include <array>
#include <charconv>

namespace tollway::dialects {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += R"(\")";
      return;
    case '\\':
      out += R"(\\)";
      return;
    case '\n':
      out += R"(\n)";
      return;
    case '\r':
      out += R"(\r)";
      return;
    case '\t':
      out += R"(\t)";
      return;
    default:
      const auto byte = static_cast<unsigned char>(c);
      out += R"(\u00)";
      out += hex_digits[byte >> 4U];
      out += hex_digits[byte & 15U];
  }
}

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

template <class Number>
void append_number(Number value, std::string& out) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void JsonWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

void JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
}

void JsonWriter::append_quoted(std::string_view value) {
  out_ += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!needs_escape(value[i])) continue;
    out_ += value.substr(plain, i - plain);
    append_escaped(value[i], out_);
    plain = i + 1;
  }
  out_ += value.substr(plain);
  out_ += '"';
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_quoted(name);
  out_ += ':';
}

void JsonWriter::text(std::string_view value) {
  separate();
  append_quoted(value);
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  append_number(value, out_);
}

void JsonWriter::number(double value) {
  separate();
  append_number(value, out_);
}

void JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

}  // namespace tollway::dialects
