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

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 424:
      return "Failed Dependency";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 520:
      return "Web Server Returned an Unknown Error";
    case 521:
      return "Web Server Is Down";
    case 522:
      return "Connection Timed Out";
    case 523:
      return "Origin Is Unreachable";
    case 524:
      return "A Timeout Occurred";
    case 525:
      return "SSL Handshake Failed";
    case 526:
      return "Invalid SSL Certificate";
    case 529:
      return "Overloaded";
    default:
      return "Unknown";
  }
}

bool is_header_value(std::string_view value) noexcept {
  // No early exit: the loop is vectorised.
  bool refused = false;
  for (const char byte : value) {
    refused |= (static_cast<unsigned char>(byte) < ' ' && byte != '\t') || byte == 0x7f;
  }
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
  out_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

HeadWriter& HeadWriter::header(std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return header(name, std::string_view(digits.data(), end));
}

}  // namespace tollway::http
