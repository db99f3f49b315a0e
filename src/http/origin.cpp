#include "http/origin.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <ranges>

namespace tollway::http {

namespace {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035, as text
constexpr std::size_t label_bytes_max = 63;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}
bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
bool is_hex(char byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}
char to_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), to_lower);
  return lowered;
}

std::unexpected<Error> refuse(std::string_view expected) {
  return client_error(
      Errc::bad_request,
      fmt::format("not a usable URL: expected {}, as in https://host:443/path", expected));
}

// What resolvers would take for an IPv4 address or a part of one: "1", "0x7f", "0x".
bool is_number(std::string_view label) {
  if (label.starts_with("0x")) return std::ranges::all_of(label.substr(2), is_hex);
  return std::ranges::all_of(label, is_digit);
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max && !label.starts_with('-') &&
         !label.ends_with('-') && std::ranges::all_of(label, [](char byte) {
           return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_';
         });
}

Result<std::string> parse_name(std::string_view text) {
  std::string name = lower(text);
  if (name.empty() || name.size() > host_bytes_max) return refuse("a host of 1 to 253 characters");
  std::string_view last;
  for (const auto part : std::views::split(name, '.')) {
    last = std::string_view(part.begin(), part.end());
    if (!is_label(last))
      return refuse("a host of ASCII letters, digits, \"-\" and \"_\" between single dots");
  }
  in_addr address{};
  if (is_number(last) && inet_pton(AF_INET, name.c_str(), &address) != 1)
    return refuse("an IPv4 address as four decimal numbers without leading zeros");
  return name;
}

Result<std::string> parse_ipv6(std::string_view text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, written.data(), written.size()) == nullptr)
    return refuse("an IPv6 address, without a zone, in the brackets");
  return written.data();
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc() || end != text.data() + text.size() || text.starts_with('0'))
    return refuse("a port of 1 to 65535");
  return port;
}

// The bytes that RFC 3986 allows in a path segment or user information, "%" with two digits.
bool is_plain(std::string_view text, std::string_view also) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (byte == '%') {
      if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
    } else if (!is_letter(byte) && !is_digit(byte) && !marks.contains(byte) &&
               !also.contains(byte)) {
      return false;
    }
  }
  return true;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = static_cast<unsigned char>(text[at]);
    if (text[at] == '%') {
      std::from_chars(text.data() + at + 1, text.data() + at + 3, byte, 16);
      at += 2;
    }
    decoded += static_cast<char>(byte);
  }
  return decoded;
}

Result<std::string> parse_path(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  for (std::string_view rest = text; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    const std::string name = is_plain(segment, "@") ? percent_decode(segment) : "";
    if (name.empty() || name == "." || name == "..")
      return refuse("a path of non-empty segments, without query, fragment, \".\" and \"..\"");
  }
  return std::string(text);
}

Result<Origin> parse_host_and_port(std::string_view text, bool tls) {
  std::string_view host = text;
  std::optional<std::string_view> port;
  const bool bracketed = text.starts_with('[');
  if (bracketed) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return refuse("a closing bracket after an IPv6 address");
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && !text.starts_with(':')) return refuse("a port or path after the bracket");
    if (!text.empty()) port = text.substr(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }

  auto name = bracketed ? parse_ipv6(host) : parse_name(host);
  if (!name) return std::unexpected(std::move(name.error()));
  Origin origin{
      .tls = tls, .host = std::move(*name), .port = tls ? std::uint16_t{443} : std::uint16_t{80}};
  if (port) {
    auto number = parse_port(*port);
    if (!number) return std::unexpected(std::move(number.error()));
    origin.port = *number;
  }
  return origin;
}

std::string bracketed(const std::string& host) {
  return host.contains(':') ? "[" + host + "]" : host;
}

}  // namespace

std::string Origin::to_string() const {
  return fmt::format("{}://{}:{}", tls ? "https" : "http", bracketed(host), port);
}

std::string Origin::host_header() const {
  if (port == (tls ? 443 : 80)) return bracketed(host);
  return fmt::format("{}:{}", bracketed(host), port);
}

Result<Url> parse_url(std::string_view text, bool allow_userinfo) {
  const std::string scheme = lower(text.substr(0, text.find("://")));
  if ((scheme != "http" && scheme != "https") || scheme.size() == text.size())
    return refuse("http:// or https:// at its beginning");
  text.remove_prefix(scheme.size() + 3);
  const std::size_t authority_size = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, authority_size);

  Url url;
  if (const std::size_t at = authority.find('@'); at != std::string_view::npos) {
    const std::string_view userinfo = authority.substr(0, at);
    if (!allow_userinfo) return refuse("no user name or password in it");
    if (!is_plain(userinfo, "")) return refuse("a user name and password in percent-encoding");
    url.userinfo = percent_decode(userinfo);
    authority.remove_prefix(at + 1);
  }
  auto origin = parse_host_and_port(authority, scheme == "https");
  if (!origin) return std::unexpected(std::move(origin.error()));
  url.origin = std::move(*origin);
  auto path = parse_path(text.substr(authority_size));
  if (!path) return std::unexpected(std::move(path.error()));
  url.path = std::move(*path);
  return url;
}

}  // namespace tollway::http
