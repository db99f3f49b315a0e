#include "observe/access_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>

namespace tollway::observe {
namespace {

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

// Nearly every text goes in as it is, in one piece.
void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto special = std::ranges::find_if(text, needs_escape);
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out.append(text.substr(0, plain));
    if (special == text.end()) break;
    if (*special == '"' || *special == '\\') {
      out += '\\';
      out += *special;
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(*special));
    }
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void append_field(std::string_view name, std::string_view text, std::string& out) {
  out += name;
  append_quoted(text, out);
}

void append_number(std::string_view name, std::int64_t number, std::string& out) {
  const fmt::format_int digits(number);
  out += name;
  out.append(digits.data(), digits.size());
}

void append_count(std::string_view name, const std::optional<std::int64_t>& count,
                  std::string& out) {
  if (count) return append_number(name, *count, out);
  out += name;
  out += "null";
}

// Milliseconds with three decimals.
void append_ms(std::string_view name, const std::optional<AccessRecord::Duration>& duration,
               std::string& out) {
  out += name;
  if (!duration) {
    out += "null";
    return;
  }
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(*duration).count();
  const fmt::format_int whole(us / 1000);
  out.append(whole.data(), whole.size());
  const auto rest = us % 1000;
  out += '.';
  out += static_cast<char>('0' + rest / 100);
  out += static_cast<char>('0' + rest / 10 % 10);
  out += static_cast<char>('0' + rest % 10);
}

// RFC 3339 with milliseconds, UTC. The part down to the second is formatted once a second.
void append_now(std::string& out) {
  thread_local std::time_t formatted_at = 0;
  thread_local std::string seconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto now_s = static_cast<std::time_t>(now_ms / 1000);
  if (now_s != formatted_at) {
    std::tm parts{};
    ::gmtime_r(&now_s, &parts);
    char text[32];
    seconds.assign(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts));
    formatted_at = now_s;
  }
  out += seconds;
  const auto ms = now_ms % 1000;
  out += static_cast<char>('0' + ms / 100);
  out += static_cast<char>('0' + ms / 10 % 10);
  out += static_cast<char>('0' + ms % 10);
  out += 'Z';
}

}  // namespace

void append_json_line(const AccessRecord& record, std::string& out) {
  append_field(R"({"id":)", record.id, out);
  out += R"(,"time":")";
  append_now(out);
  append_field(R"(","key":)", record.key_label, out);
  append_field(R"(,"method":)", record.method, out);
  append_field(R"(,"route":)", record.route, out);
  append_field(R"(,"model":)", record.model, out);
  append_field(R"(,"provider":)", record.provider, out);
  append_field(R"(,"upstream_id":)", record.upstream_id, out);
  append_number(R"(,"status":)", record.status, out);
  append_field(R"(,"outcome":)", record.outcome, out);
  append_number(R"(,"attempts":)", record.attempts, out);
  out += record.stream ? R"(,"stream":true)" : R"(,"stream":false)";
  append_count(R"(,"prompt_tokens":)", record.usage.prompt_tokens, out);
  append_count(R"(,"completion_tokens":)", record.usage.completion_tokens, out);
  append_ms(R"(,"connect_ms":)", record.connect, out);
  append_ms(R"(,"first_byte_ms":)", record.first_byte, out);
  append_ms(R"(,"first_token_ms":)", record.first_token, out);
  append_ms(R"(,"total_ms":)", record.total, out);
  append_number(R"(,"bytes_in":)", static_cast<std::int64_t>(record.bytes_in), out);
  append_number(R"(,"bytes_out":)", static_cast<std::int64_t>(record.bytes_out), out);
  out += "}\n";
}

}  // namespace tollway::observe
