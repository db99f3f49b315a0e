#include "observe/access_record.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <ctime>

namespace tollway::observe {
namespace {

constexpr auto special_bytes = [] {
  std::array<bool, 256> special{};
  for (unsigned char byte = 0; byte < 0x20; ++byte) special[byte] = true;
  special['"'] = special['\\'] = special[0x7f] = true;
  return special;
}();

bool needs_escape(char c) {
  return special_bytes[static_cast<unsigned char>(c)];
}

// The names, and all numbers at their longest.
constexpr std::size_t fixed_bytes_max = 768;
constexpr std::size_t escaped_bytes_max = 6;  // "\u001f"

// Writes one line through a bare pointer: the room for it is taken once, beforehand.
class LineWriter {
 public:
  explicit LineWriter(char* at) : at_(at) {}
  [[nodiscard]] char* end() const { return at_; }

  void raw(std::string_view text) { at_ += text.copy(at_, text.size()); }

  void number(std::string_view name, std::int64_t number) {
    raw(name);
    const fmt::format_int digits(number);
    raw({digits.data(), digits.size()});
  }

  void count(std::string_view name, const std::optional<std::int64_t>& count) {
    if (count) return number(name, *count);
    raw(name);
    raw("null");
  }

  // Milliseconds with three decimals.
  void ms(std::string_view name, const std::optional<AccessRecord::Duration>& duration) {
    if (!duration) {
      raw(name);
      return raw("null");
    }
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(*duration).count();
    number(name, us / 1000);
    *at_++ = '.';
    three_digits(us % 1000);
  }

  // RFC 3339 with milliseconds, UTC.
  void now(std::string_view name);

  // Our own words need no second look.
  void word(std::string_view name, std::string_view text) {
    raw(name);
    raw(text);
    *at_++ = '"';
  }
  // Text from outside. Nearly all of it goes in as it is, in one piece.
  void text(std::string_view name, std::string_view text);

 private:
  void three_digits(std::int64_t number) {
    *at_++ = static_cast<char>('0' + number / 100);
    *at_++ = static_cast<char>('0' + number / 10 % 10);
    *at_++ = static_cast<char>('0' + number % 10);
  }

  char* at_;
};

void LineWriter::text(std::string_view name, std::string_view text) {
  bool special = false;
  for (const char c : text) special |= needs_escape(c);
  if (!special) return word(name, text);
  raw(name);
  for (const char c : text) {
    if (!needs_escape(c)) {
      *at_++ = c;
    } else if (c == '"' || c == '\\') {
      *at_++ = '\\';
      *at_++ = c;
    } else {
      at_ = fmt::format_to(at_, "\\u{:04x}", static_cast<unsigned char>(c));
    }
  }
  *at_++ = '"';
}

// The part down to the second is formatted once a second.
void LineWriter::now(std::string_view name) {
  thread_local std::time_t formatted_at = 0;
  thread_local std::array<char, 32> seconds{};
  thread_local std::size_t size = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto now_s = static_cast<std::time_t>(now_ms / 1000);
  if (now_s != formatted_at) {
    std::tm parts{};
    ::gmtime_r(&now_s, &parts);
    size = std::strftime(seconds.data(), seconds.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
    formatted_at = now_s;
  }
  raw(name);
  raw({seconds.data(), size});
  three_digits(now_ms % 1000);
  *at_++ = 'Z';
}

char* write_line(const AccessRecord& record, char* begin) {
  LineWriter line(begin);
  line.word(R"({"id":")", record.id);
  line.now(R"(,"time":")");
  line.text(R"(","key":")", record.key_label);
  line.text(R"(,"method":")", record.method);
  line.word(R"(,"route":")", record.route);
  line.text(R"(,"model":")", record.model);
  line.word(R"(,"provider":")", record.provider);
  line.text(R"(,"upstream_id":")", record.upstream_id);
  line.number(R"(,"status":)", record.status);
  line.word(R"(,"outcome":")", record.outcome);
  line.number(R"(,"attempts":)", record.attempts);
  line.raw(record.stream ? R"(,"stream":true)" : R"(,"stream":false)");
  line.count(R"(,"prompt_tokens":)", record.usage.prompt_tokens);
  line.count(R"(,"completion_tokens":)", record.usage.completion_tokens);
  line.ms(R"(,"connect_ms":)", record.connect);
  line.ms(R"(,"first_byte_ms":)", record.first_byte);
  line.ms(R"(,"first_token_ms":)", record.first_token);
  line.ms(R"(,"total_ms":)", record.total);
  line.number(R"(,"bytes_in":)", static_cast<std::int64_t>(record.bytes_in));
  line.number(R"(,"bytes_out":)", static_cast<std::int64_t>(record.bytes_out));
  if (!record.explanation.empty()) {
    line.raw(R"(,"explain":)");
    line.raw(record.explanation);
  }
  line.raw("}\n");
  return line.end();
}

}  // namespace

void append_json_line(const AccessRecord& record, std::string& out) {
  const std::size_t text_bytes = record.id.size() + record.key_label.size() + record.method.size() +
                                 record.route.size() + record.model.size() +
                                 record.provider.size() + record.upstream_id.size() +
                                 record.outcome.size();
  const std::size_t before = out.size();
  const std::size_t after_max =
      before + fixed_bytes_max + escaped_bytes_max * text_bytes + record.explanation.size();
  out.resize_and_overwrite(after_max, [&](char* bytes, std::size_t) {
    return static_cast<std::size_t>(write_line(record, bytes + before) - bytes);
  });
  assert(out.size() <= after_max);
}

}  // namespace tollway::observe
