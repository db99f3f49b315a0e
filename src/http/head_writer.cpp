#include "http/head_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace tollway::http {

namespace {

constexpr auto token_bytes = [] {
  std::array<bool, 256> allowed{};
  for (unsigned char byte = '0'; byte <= '9'; ++byte) allowed[byte] = true;
  for (unsigned char byte = 'a'; byte <= 'z'; ++byte) allowed[byte] = true;
  for (unsigned char byte = 'A'; byte <= 'Z'; ++byte) allowed[byte] = true;
  for (const unsigned char byte : std::string_view("!#$%&'*+-.^_`|~")) allowed[byte] = true;
  return allowed;
}();

constexpr auto control_bytes = [] {
  std::array<bool, 256> refused{};
  for (unsigned char byte = 0; byte < ' '; ++byte) refused[byte] = byte != '\t';
  refused[0x7f] = true;
  return refused;
}();

struct Phrase {
  int status;
  std::string_view text;
};

// In the order of the statuses, so that one is found by halves.
constexpr auto phrases = std::to_array<Phrase>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {424, "Failed Dependency"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {520, "Web Server Returned an Unknown Error"},
    {521, "Web Server Is Down"},
    {522, "Connection Timed Out"},
    {523, "Origin Is Unreachable"},
    {524, "A Timeout Occurred"},
    {525, "SSL Handshake Failed"},
    {526, "Invalid SSL Certificate"},
    {529, "Overloaded"},
});

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  const auto* found = std::ranges::lower_bound(phrases, status, {}, &Phrase::status);
  return found != phrases.end() && found->status == status ? found->text : "Unknown";
}

bool is_header_value(std::string_view value) noexcept {
  // A table and no early exit: most values are short.
  bool refused = false;
  for (const char byte : value) refused |= control_bytes[static_cast<unsigned char>(byte)];
  return !refused;
}

bool is_header_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char byte) {
    return token_bytes[static_cast<unsigned char>(byte)];
  });
}

HeadWriter& HeadWriter::request(std::string_view method, std::string_view target) {
  assert(is_header_name(method) && !target.contains(' ') && is_header_value(target));
  out_.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  return *this;
}

HeadWriter& HeadWriter::status(int code) {
  assert(code >= 100 && code <= 999);
  const std::array digits{static_cast<char>('0' + code / 100),
                          static_cast<char>('0' + code / 10 % 10),
                          static_cast<char>('0' + code % 10), ' '};
  out_.append("HTTP/1.1 ").append(digits.data(), digits.size());
  out_.append(reason_phrase(code)).append("\r\n");
  return *this;
}

HeadWriter& HeadWriter::header(std::string_view name, std::string_view value) {
  assert(is_header_name(name));
  if (!is_header_value(value)) return *this;
  constexpr std::size_t separators = std::string_view(": \r\n").size();
  const std::size_t before = out_.size();
  const std::size_t after = before + name.size() + value.size() + separators;
  out_.resize_and_overwrite(after, [&](char* bytes, std::size_t) {
    char* at = bytes + before;
    at += name.copy(at, name.size());
    *at++ = ':';
    *at++ = ' ';
    at += value.copy(at, value.size());
    *at++ = '\r';
    *at++ = '\n';
    return after;
  });
  return *this;
}

HeadWriter& HeadWriter::header(std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return header(name, std::string_view(digits.data(), end));
}

}  // namespace tollway::http
