// What llhttp accepts and RFC 9112 (or prudence) does not: the part of MessageParser that looks at
// a complete head. A head that two parsers could read differently is how requests are smuggled.
#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>

#include "http/message_parser.hpp"

namespace tollway::http {

namespace {

constexpr std::string_view line_end = "\r\n";

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

bool is_visible(char byte) {
  return byte > ' ' && byte < 0x7f;
}

// The bytes of RFC 3986's host and port. Delimiters that would end or start another part of a URL
// are not among them.
constexpr auto host_bytes = [] {
  std::array<bool, 256> allowed{};
  for (unsigned char byte = '0'; byte <= '9'; ++byte) allowed[byte] = true;
  for (unsigned char byte = 'a'; byte <= 'z'; ++byte) allowed[byte] = true;
  for (unsigned char byte = 'A'; byte <= 'Z'; ++byte) allowed[byte] = true;
  for (const unsigned char byte : std::string_view("-._~%!$&'()*+,;=:[]")) allowed[byte] = true;
  return allowed;
}();

bool is_host(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char byte) {
    return host_bytes[static_cast<unsigned char>(byte)];
  });
}

}  // namespace

MessageParser::Check MessageParser::check_head() {
  if (const Check checked = check_start_line(); !checked) return checked;
  if (const Check checked = check_lines(); !checked) return checked;
  return check_framing_headers();
}

MessageParser::Check MessageParser::check_start_line() {
  const std::string_view bytes = head_.bytes_;
  const std::size_t end =
      head_.fields_.empty() ? bytes.size() - line_end.size() : head_.fields_.front().name.offset;
  std::string_view line = bytes.substr(0, end);
  if (!line.ends_with(line_end))
    return std::unexpected(Problem{end, "a line that ends without CR LF"});
  line.remove_suffix(line_end.size());

  std::string_view version;
  if (kind_ == Kind::request) {
    const std::size_t begin = line.starts_with(line_end) ? line_end.size() : 0;
    const Head::Span method = head_.method_;
    const Head::Span target = head_.target_;
    if (method.offset != begin || target.offset != method.offset + method.size + 1)
      return std::unexpected(Problem{begin, "expected \"METHOD target HTTP/1.1\""});
    const std::string_view text = head_.target();
    const bool of_server = head_.method() == "OPTIONS" && text == "*";
    if (!(text.starts_with('/') || of_server) || !std::ranges::all_of(text, is_visible) ||
        text.contains('#'))
      return std::unexpected(Problem{target.offset, "expected a target that begins with \"/\""});
    version = line.substr(target.offset + target.size);
    if (!version.starts_with(' '))
      return std::unexpected(Problem{target.offset, "expected one space after the target"});
    version.remove_prefix(1);
  } else {
    version = line.substr(0, 8);
    const std::string_view rest = line.substr(version.size());
    const bool well_formed = rest.size() >= 4 && rest[0] == ' ' && parser_.status_code >= 100 &&
                             parser_.status_code <= 599 && (rest.size() == 4 || rest[4] == ' ');
    const auto is_text = [](char byte) {
      return byte == '\t' || (static_cast<unsigned char>(byte) >= ' ' && byte != 0x7f);
    };
    if (!well_formed || !std::ranges::all_of(rest, is_text))
      return std::unexpected(Problem{version.size(), "expected \"HTTP/1.1 status reason\""});
    head_.status_ = parser_.status_code;
  }
  head_.http_1_0_ = version == "HTTP/1.0";
  if (!head_.http_1_0_ && version != "HTTP/1.1")
    return std::unexpected(Problem{end, "expected HTTP/1.1 or HTTP/1.0"});
  return {};
}

// Walks the header lines and takes the space around values off. That nothing but a name, a colon,
// blanks, a value, blanks, CR and LF stands on a line leaves no room for folding or bare line ends.
MessageParser::Check MessageParser::check_lines() {
  const std::string_view bytes = head_.bytes_;
  if (head_.fields_.empty()) return {};
  std::size_t at = head_.fields_.front().name.offset;
  for (Head::Field& field : head_.fields_) {
    if (field.name.offset != at || field.name.size == 0)
      return std::unexpected(Problem{at, "expected a header name"});
    at += field.name.size;
    if (bytes[at] != ':')
      return std::unexpected(Problem{at, "expected a colon after a header name"});
    ++at;
    while (is_blank(bytes[at])) ++at;
    Head::Span& value = field.value;
    while (value.size > 0 && is_blank(bytes[value.offset + value.size - 1])) --value.size;
    if (value.size > 0) {
      if (value.offset != at) return std::unexpected(Problem{at, "expected a header value"});
      at += value.size;
      while (is_blank(bytes[at])) ++at;
    }
    if (!bytes.substr(at).starts_with(line_end))
      return std::unexpected(Problem{at, "expected CR LF after a header value"});
    at += line_end.size();
  }
  if (bytes.substr(at) != line_end)
    return std::unexpected(Problem{at, "expected an empty line after the headers"});
  return {};
}

MessageParser::Check MessageParser::check_framing_headers() {
  for (const Head::Field& field : head_.fields_) {
    if (const Check checked = check_framing_header(field); !checked) return checked;
  }
  const std::size_t end = head_.bytes_.size();
  if (head_.chunked_ && head_.content_length_)
    return std::unexpected(Problem{end, "both Content-Length and Transfer-Encoding"});
  if (head_.chunked_ && head_.http_1_0_)
    return std::unexpected(Problem{end, "Transfer-Encoding in an HTTP/1.0 message"});
  if (kind_ == Kind::request && !host_seen_ && !head_.http_1_0_)
    return std::unexpected(Problem{end, "no Host header"});
  return {};
}

// llhttp forgets an option when another follows it.
void MessageParser::note_connection(std::string_view value) {
  for (const auto part : std::views::split(value, ',')) {
    std::string_view option(part.begin(), part.end());
    while (!option.empty() && is_blank(option.front())) option.remove_prefix(1);
    while (!option.empty() && is_blank(option.back())) option.remove_suffix(1);
    connection_close_ |= equals_ignoring_case(option, "close");
    connection_keep_alive_ |= equals_ignoring_case(option, "keep-alive");
  }
}

MessageParser::Check MessageParser::check_framing_header(const Head::Field& field) {
  const std::string_view name = head_.at(field.name);
  const std::string_view value = head_.at(field.value);
  const std::size_t at = field.value.offset;
  // Names that matter here differ in length, which spares most headers a comparison.
  if (name.size() == 4 && kind_ == Kind::request && equals_ignoring_case(name, "host")) {
    if (host_seen_) return std::unexpected(Problem{at, "a second Host"});
    if (!is_host(value)) return std::unexpected(Problem{at, "a malformed Host"});
    host_seen_ = true;
  } else if (name.size() == 10 && equals_ignoring_case(name, "connection")) {
    note_connection(value);
  } else if (name.size() == 14 && equals_ignoring_case(name, "content-length")) {
    if (head_.content_length_) return std::unexpected(Problem{at, "a second Content-Length"});
    std::uint64_t length = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (failed != std::errc() || end != value.data() + value.size() ||
        length != parser_.content_length)
      return std::unexpected(Problem{at, "a malformed Content-Length"});
    head_.content_length_ = length;
  } else if (name.size() == 17 && equals_ignoring_case(name, "transfer-encoding")) {
    if (head_.chunked_) return std::unexpected(Problem{at, "a second Transfer-Encoding"});
    if (!equals_ignoring_case(value, "chunked") || (parser_.flags & F_CHUNKED) == 0)
      return std::unexpected(Problem{at, "a Transfer-Encoding other than chunked"});
    head_.chunked_ = true;
  }
  return {};
}

}  // namespace tollway::http
